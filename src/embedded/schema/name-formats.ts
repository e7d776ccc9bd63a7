/** What Kubernetes' names must look like, each with the sentence that the API server refuses one with. */

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;

const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035_RULE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const PART_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const CONFIG_KEY_RULE =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

const SUBDOMAIN_LENGTH_MAX = 253;
const LABEL_LENGTH_MAX = 63;

/** What is wrong with a name; empty when nothing is. */
export type NameCheck = (name: string) => readonly string[];

function longerThan(name: string, lengthMax: number): readonly string[] {
  return name.length > lengthMax ? [`must be no more than ${lengthMax} characters`] : [];
}

export function subdomain(name: string): readonly string[] {
  return [...longerThan(name, SUBDOMAIN_LENGTH_MAX), ...(SUBDOMAIN.test(name) ? [] : [SUBDOMAIN_RULE])];
}

export function dnsLabel(name: string): readonly string[] {
  if (name.includes('.') && SUBDOMAIN.test(name)) return ['must not contain dots'];
  return [...longerThan(name, LABEL_LENGTH_MAX), ...(LABEL.test(name) ? [] : [LABEL_RULE])];
}

export function dns1035Label(name: string): readonly string[] {
  return [...longerThan(name, LABEL_LENGTH_MAX), ...(LABEL_1035.test(name) ? [] : [LABEL_1035_RULE])];
}

/** Any name that can be a segment of a path: roles and the like. */
export function pathSegment(name: string): readonly string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%']
    .filter((character) => name.includes(character))
    .map((character) => `may not contain '${character}'`);
}

/** A key of a label or annotation: `name` or `prefix/name`. */
export function qualifiedName(key: string): readonly string[] {
  const parts = key.split('/');
  if (parts.length > 2) {
    return [`a valid label key ${PART_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const name = parts.at(-1) ?? '';
  return [
    ...(parts.length === 2 ? prefixErrors(parts[0] ?? '') : []),
    ...(name === '' ? ['name part must be non-empty'] : []),
    ...(name.length > LABEL_LENGTH_MAX ? [`name part must be no more than ${LABEL_LENGTH_MAX} bytes`] : []),
    ...(QUALIFIED_PART.test(name) ? [] : [`name part ${PART_RULE}`]),
  ];
}

function prefixErrors(prefix: string): readonly string[] {
  if (prefix === '') return ['prefix part must be non-empty'];
  return subdomain(prefix).map((why) => `prefix part ${why}`);
}

export function labelValue(value: string): readonly string[] {
  return [
    ...(value.length > LABEL_LENGTH_MAX ? [`must be no more than ${LABEL_LENGTH_MAX} bytes`] : []),
    ...(value === '' || QUALIFIED_PART.test(value) ? [] : [LABEL_VALUE_RULE]),
  ];
}

/** A key of a ConfigMap's or Secret's data. */
export function configKey(key: string): readonly string[] {
  const long = longerThan(key, SUBDOMAIN_LENGTH_MAX);
  const odd = CONFIG_KEY.test(key) ? [] : [CONFIG_KEY_RULE];
  if (key === '.') return [...long, ...odd, "must not be '.'"];
  if (key === '..') return [...long, ...odd, "must not be '..'"];
  return [...long, ...odd, ...(key.startsWith('..') ? ["must not start with '..'"] : [])];
}
