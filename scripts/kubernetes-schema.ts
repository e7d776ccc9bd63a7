// Writes src/embedded/schema/kubernetes-definitions.ts: what is known of the fields of Kubernetes' own kinds, compact.
//
// Run `node scripts/kubernetes-schema.ts` after the version of k8s.io/kubernetes in test/control-plane/go.mod has moved (needs Go). It reads, in the Go
// module cache, the OpenAPI v3 documents of that version (types, lists, patch strategies, required fields) and the Go types behind them (what becomes of
// a field's zero value, which no OpenAPI document tells). The form of the lines is explained in src/embedded/schema/definition-line.ts.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asArray, asObject, asString, isJsonObject, type JsonObject } from '../src/embedded/json-value.ts';
import { BUILT_IN_RESOURCES } from '../src/embedded/store/resource-registry.ts';

const PAGE = fileURLToPath(new URL('../src/embedded/schema/kubernetes-definitions.ts', import.meta.url));
const MODULE = fileURLToPath(new URL('../test/control-plane', import.meta.url));

/** Long names in the documents, short ones in the table; `kubernetes-schema.ts` of the sources turns them back. */
const PREFIXES: readonly (readonly [long: string, short: string])[] = [
  ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.', 'apiextensions.'],
  ['io.k8s.apimachinery.pkg.apis.meta.', 'meta.'],
  ['io.k8s.apimachinery.pkg.', ''],
  ['io.k8s.api.', ''],
];

/** Definitions that stand for one value, by their code. */
const SCALARS: Readonly<Record<string, string>> = {
  'meta.v1.Time': 't',
  'meta.v1.MicroTime': 'm',
  'meta.v1.FieldsV1': 'o',
  'runtime.RawExtension': 'o',
  'util.intstr.IntOrString': 'x',
  'api.resource.Quantity': 'q',
  'apiextensions.v1.JSON': 'j',
  'apiextensions.v1.JSONSchemaPropsOrArray': 'j',
  'apiextensions.v1.JSONSchemaPropsOrBool': 'j',
  'apiextensions.v1.JSONSchemaPropsOrStringArray': 'j',
};

function moduleFolder(module: string): string {
  const run = spawnSync('go', ['mod', 'download', '-json', module], { cwd: MODULE, encoding: 'utf8' });
  const folder = asString(asObject(JSON.parse(run.stdout || '{}')).Dir);
  if (folder === undefined) throw new Error(`Go does not find the module ${module}: ${run.stderr}`);
  return folder;
}

function short(name: string): string {
  const [long, replacement] = PREFIXES.find(([prefix]) => name.startsWith(prefix)) ?? ['', ''];
  return replacement + name.slice(long.length);
}

/** What becomes of a field that is absent or zero, by `<definition>.<field>`: `~` dropped, `=` always there. */
function zeroRules(): ReadonlyMap<string, string> {
  const rules = new Map<string, string>();
  const api = moduleFolder('k8s.io/api');
  const versions = readdirSync(api, { withFileTypes: true })
    .filter((group) => group.isDirectory())
    .flatMap((group) => readdirSync(join(api, group.name)).map((version) => `${group.name}/${version}`));
  const folders: (readonly [string, string])[] = versions.map((each) => [each.replace('/', '.'), join(api, each)]);
  folders.push(['meta.v1', join(moduleFolder('k8s.io/apimachinery'), 'pkg/apis/meta/v1')]);
  const extensions = join(moduleFolder('k8s.io/apiextensions-apiserver'), 'pkg/apis/apiextensions/v1');
  folders.push(['apiextensions.v1', extensions]);
  for (const [prefix, folder] of folders) {
    for (const file of ['types.go', 'types_jsonschema.go']) {
      if (existsSync(join(folder, file))) readStructs(prefix, readFileSync(join(folder, file), 'utf8'), rules);
    }
  }
  return rules;
}

function readStructs(prefix: string, source: string, rules: Map<string, string>): void {
  const inlined: (readonly [string, string])[] = [];
  for (const [, name = '', body = ''] of source.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
    for (const [, type = '', json = ''] of body.matchAll(/^\t(?:\w+\s+)?(\S+)\s+`[^`]*json:"([^"]*)"/gm)) {
      const [field = '', ...flags] = json.split(',');
      if (flags.includes('inline')) inlined.push([name, type]);
      else if (!type.startsWith('*')) rules.set(`${prefix}.${name}.${field}`, zeroRule(flags));
    }
  }
  // The fields of an inlined struct are the outer one's.
  for (const [outer, inner] of inlined.reverse()) {
    for (const [key, rule] of [...rules]) {
      if (key.startsWith(`${prefix}.${inner}.`)) {
        rules.set(`${prefix}.${outer}.${key.slice(`${prefix}.${inner}.`.length)}`, rule);
      }
    }
  }
}

function zeroRule(flags: readonly string[]): string {
  if (flags.includes('omitzero')) return '~';
  // A struct is written even when it is empty and has `omitempty`: the caller, who knows the type, tells.
  return flags.includes('omitempty') ? '~' : '=';
}

/** The code of a schema; names of definitions go to `needed`. */
function codeOf(schema: JsonObject, needed: Set<string>): string {
  const reference = asString(schema.$ref) ?? asString(asObject(asArray(schema.allOf)[0]).$ref);
  const options = optionsOf(schema);
  if (reference !== undefined) {
    const name = short(reference.slice(reference.lastIndexOf('/') + 1));
    const scalar = SCALARS[name];
    if (scalar !== undefined) return scalar + options;
    needed.add(name);
    return `@${name}${options}`;
  }
  switch (schema.type) {
    case 'array':
      return `[${codeOf(asObject(schema.items), needed)}${options}`;
    case 'object':
      return isJsonObject(schema.additionalProperties)
        ? `{${codeOf(schema.additionalProperties, needed)}${options}`
        : `o${options}`;
    case 'string':
      return (schema.format === 'byte' ? 'y' : 's') + options;
    case 'integer':
      return (schema.format === 'int64' ? 'l' : 'i') + options;
    case 'number':
      return `d${options}`;
    case 'boolean':
      return `b${options}`;
    default:
      throw new Error(`a schema of an unknown kind: ${JSON.stringify(schema).slice(0, 200)}`);
  }
}

function optionsOf(schema: JsonObject): string {
  const options: string[] = [];
  const listType = schema['x-kubernetes-list-type'];
  if (listType === 'map') options.push(`keys:${asArray(schema['x-kubernetes-list-map-keys']).join(',')}`);
  if (listType === 'set') options.push('set');
  if (schema['x-kubernetes-map-type'] === 'atomic') options.push('atomic');
  const strategy = asString(schema['x-kubernetes-patch-strategy']);
  if (strategy !== undefined) options.push(`patch:${strategy}`);
  const key = asString(schema['x-kubernetes-patch-merge-key']);
  if (key !== undefined) options.push(`by:${key}`);
  const value = schema.default;
  if (value !== undefined && value !== '' && value !== 0 && value !== false && !isJsonObject(value)) {
    options.push(`default:${JSON.stringify(value)}`);
  }
  return options.map((option) => ` ${option}`).join('');
}

function lineOf(name: string, schema: JsonObject, rules: ReadonlyMap<string, string>, needed: Set<string>): string {
  const required = new Set(asArray(schema.required));
  const fields = Object.entries(asObject(schema.properties)).map(([field, given]) => {
    const code = codeOf(asObject(given), needed);
    const rule = rules.get(`${name}.${field}`) ?? '';
    const isStruct = /^[@tmq]/.test(code) && name !== 'meta.v1.ObjectMeta';
    const zero = rule === '~' && isStruct ? '=' : rule;
    return `${field} ${required.has(field) ? '!' : ''}${/^[oj]/.test(code) ? '' : zero}${code}`;
  });
  const atomic = schema['x-kubernetes-map-type'] === 'atomic' ? '*' : '';
  return [`${name}${atomic}`, ...fields].join('|');
}

const documents = join(moduleFolder('k8s.io/kubernetes'), 'api/openapi-spec/v3');
const schemas = new Map<string, JsonObject>();
const needed = new Set<string>();
for (const { group, versions, kind } of BUILT_IN_RESOURCES) {
  for (const version of versions) {
    const file = join(
      documents,
      group === '' ? `api__${version}_openapi.json` : `apis__${group}__${version}_openapi.json`,
    );
    if (!existsSync(file)) continue;
    const { components } = asObject(JSON.parse(readFileSync(file, 'utf8')));
    for (const [name, schema] of Object.entries(asObject(asObject(components).schemas))) {
      schemas.set(short(name), asObject(schema));
      const isRoot = asArray(asObject(schema)['x-kubernetes-group-version-kind']).some((gvk) => {
        const given = asObject(gvk);
        return given.group === group && given.version === version && given.kind === kind;
      });
      if (isRoot) needed.add(short(name));
    }
  }
}

const rules = zeroRules();
const lines: string[] = [];
// The set grows while it is gone through: what a definition refers to comes later.
for (const name of needed) lines.push(lineOf(name, schemas.get(name) ?? {}, rules, needed));
lines.sort();
const table = lines.join('\n').replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
writeFileSync(
  PAGE,
  `// Written by scripts/kubernetes-schema.ts: do not edit. Facts about the kinds of Kubernetes (Copyright The Kubernetes Authors, Apache-2.0), taken from
// its OpenAPI documents and Go types. One definition a line; see definition-line.ts for how to read one.
export const KUBERNETES_DEFINITIONS: string = \`
${table}
\`;
`,
);
process.stdout.write(`${lines.length} definitions, ${Math.round(table.length / 1024)} KiB\n`);
