// Writes src/embedded/protobuf/kubernetes-messages.ts: the fields of Kubernetes' protobuf messages, compact.
//
// Run `node scripts/kubernetes-protobuf.ts` after the version of Kubernetes in test/control-plane/go.mod has moved, or after a kind was added to
// src/embedded/store/resource-registry.ts (needs Go). It reads, in the Go module cache, `generated.proto` (numbers and types) and the Go types beside it
// (the names in JSON, what is inlined there, and where a zero value means something). The form of the lines is explained in
// src/embedded/protobuf/message-fields.ts.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILT_IN_RESOURCES } from '../src/embedded/store/resource-registry.ts';

const PAGE = fileURLToPath(new URL('../src/embedded/protobuf/kubernetes-messages.ts', import.meta.url));
const GO_MODULE = fileURLToPath(new URL('../test/control-plane', import.meta.url));

/** What is sent beside the stored kinds. */
const MORE_ROOTS = [
  ...['DeleteOptions', 'CreateOptions', 'UpdateOptions', 'PatchOptions', 'Status'].map((kind) => `meta.v1.${kind}`),
  'autoscaling.v1.Scale',
  'policy.v1.Eviction',
  'core.v1.Binding',
  ...['SelfSubjectReview', 'TokenRequest', 'TokenReview'].map((kind) => `authentication.v1.${kind}`),
  ...['SelfSubjectAccessReview', 'SelfSubjectRulesReview', 'SubjectAccessReview', 'LocalSubjectAccessReview'].map(
    (kind) => `authorization.v1.${kind}`,
  ),
];

/** Messages that are one JSON value, by the code of that value. */
const VALUES: Readonly<Record<string, string>> = {
  'meta.v1.Time': 't',
  'meta.v1.MicroTime': 'm',
  'meta.v1.FieldsV1': 'r',
  'meta.v1.Verbs': 'l',
  'runtime.RawExtension': 'r',
  'apiextensions.v1.JSON': 'r',
  'apiextensions.v1.JSONSchemaPropsOrArray': 'a',
  'apiextensions.v1.JSONSchemaPropsOrBool': 'a',
  'apiextensions.v1.JSONSchemaPropsOrStringArray': 'a',
  'resource.Quantity': 'q',
  'intstr.IntOrString': 'x',
  'authentication.v1.ExtraValue': 'l',
  'authorization.v1.ExtraValue': 'l',
};

const SCALARS: Readonly<Record<string, string>> = {
  string: 's',
  bool: 'b',
  bytes: 'y',
  double: 'd',
  int32: 'i',
  int64: 'i',
};

interface ProtoField {
  readonly name: string;
  readonly number: number;
  /** `core.v1.Container` or a scalar. */
  readonly type: string;
  readonly many: '' | '*' | '%';
}

interface GoField {
  readonly jsonName: string;
  readonly inlined: boolean;
  /** Written to JSON also when it is zero: a pointer, or not marked `omitempty`. */
  readonly keepsZero: boolean;
}

function folderOf(module: string): string {
  const { stdout, stderr } = spawnSync('go', ['list', '-m', '-f', '{{.Dir}}', module], {
    cwd: GO_MODULE,
    encoding: 'utf8',
  });
  if (stdout.trim() === '') throw new Error(`Go does not find the module ${module}: ${stderr}`);
  return stdout.trim();
}

/** `k8s.io.api.core.v1.Pod` → `core.v1.Pod` */
function shortName(long: string): string {
  return long
    .replace(/^\.?k8s\.io\.api\./, '')
    .replace(/^\.?k8s\.io\.apiextensions_apiserver\.pkg\.apis\./, '')
    .replace(/^\.?k8s\.io\.apimachinery\.pkg\.(?:apis|api|util)\./, '')
    .replace(/^\.?k8s\.io\.apimachinery\.pkg\./, '');
}

const messages = new Map<string, readonly ProtoField[]>();
const goFields = new Map<string, GoField>();

function readFolder(folder: string): void {
  const path = join(folder, 'generated.proto');
  if (!existsSync(path)) return;
  const proto = readFileSync(path, 'utf8').replace(/\/\/.*$/gm, '');
  const pack = shortName(`${/^package (\S+);/m.exec(proto)?.[1] ?? ''}.`).slice(0, -1);
  for (const [, name, body = ''] of proto.matchAll(/^message (\w+) \{([\s\S]*?)^\}/gm)) {
    messages.set(
      `${pack}.${name}`,
      [...body.matchAll(PROTO_FIELD)].map((match) => protoField(match, pack)),
    );
  }
  for (const file of readdirSync(folder)) {
    if (file.endsWith('.go') && !file.includes('generated') && !file.endsWith('_test.go'))
      readGo(join(folder, file), pack);
  }
}

const PROTO_FIELD = /(optional|repeated|map<\w+, )\s*([\w.]+)>?\s+(\w+) = (\d+);/g;

function protoField([, label = '', given = '', name = '', number]: RegExpExecArray, pack: string): ProtoField {
  const type = SCALARS[given] !== undefined ? given : given.includes('.') ? shortName(given) : `${pack}.${given}`;
  const many = label.startsWith('map') ? '%' : label === 'repeated' ? '*' : '';
  return { name, number: Number(number), type, many };
}

const GO_FIELD = /^\s*(?:(\w+)\s+)?([\w.*[\]]+)\s+`(?:json:"([^"]*)"[^`]*)?protobuf:"(?:[^"]*?name=(\w+))?[^"]*"/;

function readGo(path: string, pack: string): void {
  for (const [, name, body = ''] of readFileSync(path, 'utf8').matchAll(/^type (\w+) struct \{([\s\S]*?)^\}/gm)) {
    for (const line of body.split('\n')) {
      const [, , type = '', json, named] = GO_FIELD.exec(line) ?? [];
      if (type === '') continue;
      const protoName = named ?? type.charAt(0).toLowerCase() + type.slice(1);
      // Alternatives have no names in JSON.
      const [jsonName = '', ...options] = (json ?? protoName).split(',');
      goFields.set(`${pack}.${name}.${protoName}`, {
        jsonName,
        inlined: options.includes('inline') || jsonName === '',
        keepsZero: type.startsWith('*') || !options.some((option) => option.startsWith('omit')),
      });
    }
  }
}

/** `<number><many><type>[!] <json name>`, see message-fields.ts. */
function line(message: string): { readonly text: string; readonly refers: readonly string[] } {
  const refers: string[] = [];
  const fields = (messages.get(message) ?? []).flatMap((field) => {
    const go = goFields.get(`${message}.${field.name}`);
    if (go === undefined) throw new Error(`${message}.${field.name} has no field in Go`);
    if (go.jsonName === '-') return [];
    const value = SCALARS[field.type] ?? VALUES[field.type];
    if (value === undefined || value === 'a') refers.push(field.type);
    const type = value === undefined || value === 'a' ? `${value === 'a' ? '|' : '@'}${field.type}` : value;
    const keepsZero = go.keepsZero && field.many === '' && SCALARS[field.type] !== undefined ? '!' : '';
    return [
      `${field.number}${field.many}${go.inlined ? '^' : ''}${type}${keepsZero} ${go.inlined ? '' : go.jsonName}`.trimEnd(),
    ];
  });
  return { text: `${message}:${fields.join(',')}`, refers };
}

function write(): void {
  const api = folderOf('k8s.io/api');
  const machinery = join(folderOf('k8s.io/apimachinery'), 'pkg');
  for (const group of readdirSync(api, { withFileTypes: true })) {
    if (!group.isDirectory()) continue;
    for (const version of readdirSync(join(api, group.name))) readFolder(join(api, group.name, version));
  }
  for (const folder of ['apis/meta/v1', 'api/resource', 'util/intstr', 'runtime']) readFolder(join(machinery, folder));
  readFolder(join(folderOf('k8s.io/apiextensions-apiserver'), 'pkg/apis/apiextensions/v1'));
  const kinds = BUILT_IN_RESOURCES.flatMap(({ group, versions, kind }) =>
    versions.map((version) => `${group.split('.')[0] || 'core'}.${version}.${kind}`),
  );
  const waiting = [...kinds.filter((kind) => messages.has(kind)), ...MORE_ROOTS];
  const lines = new Map<string, string>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (lines.has(next)) continue;
    const { text, refers } = line(next);
    lines.set(next, text);
    waiting.push(...refers);
  }
  const text = [...lines.values()].sort().join('\n');
  const page = [
    '// Made by scripts/kubernetes-protobuf.ts from the protobuf definitions and Go types of Kubernetes (Apache-2.0): do not edit.',
    '// One message a line; message-fields.ts reads them.',
    `export const KUBERNETES_MESSAGES = \`\n${text}\n\`;\n`,
  ].join('\n');
  writeFileSync(PAGE, page);
  console.log(`${lines.size} messages, ${Math.round(page.length / 1024)} KiB: ${PAGE}`);
}

write();
