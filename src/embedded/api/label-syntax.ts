import { badRequest } from './status-error.ts';

const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LENGTH_MAX = 63;

const NAME_RULE = `must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`;
const PREFIX_RULE = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;
const VALUE_RULE = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`;

/** Throws 400 for what cannot be the key of a label. */
export function requireLabelKey(key: string): void {
  const faults = labelKeyFaults(key);
  if (faults.length > 0) throw invalidPart('<nil>', key, faults);
}

/** Throws 400 for what cannot be the value of the label `key`, as the `index`th value of a requirement. */
export function requireLabelValue(key: string, value: string, index: number): void {
  const faults: string[] = [];
  if (value.length > LENGTH_MAX) faults.push(`must be no more than ${LENGTH_MAX} bytes`);
  if (value !== '' && !NAME.test(value)) faults.push(VALUE_RULE);
  if (faults.length > 0) throw invalidPart(`values[${index}][${key}]`, value, faults);
}

function labelKeyFaults(key: string): readonly string[] {
  const parts = key.split('/');
  if (parts.length > 2) {
    return [`a valid label key ${NAME_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const [prefix, name] = parts.length === 1 ? [undefined, key] : [parts[0] ?? '', parts[1] ?? ''];
  const faults: string[] = [];
  if (prefix === '') faults.push('prefix part must be non-empty');
  else if (prefix !== undefined && !PREFIX.test(prefix)) faults.push(`prefix part ${PREFIX_RULE}`);
  if (name === '') faults.push('name part must be non-empty');
  else if (name !== undefined && name.length > LENGTH_MAX)
    faults.push(`name part must be no more than ${LENGTH_MAX} bytes`);
  if (name !== undefined && !NAME.test(name)) faults.push(`name part ${NAME_RULE}`);
  return faults;
}

function invalidPart(path: string, value: string, faults: readonly string[]): Error {
  return badRequest(
    `unable to parse requirement: ${path}: Invalid value: ${JSON.stringify(value)}: ${faults.join('; ')}`,
  );
}
