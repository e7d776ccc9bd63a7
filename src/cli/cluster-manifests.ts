import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { KubeObject } from '../domain/kube-object.ts';
import { isKustomizationFile } from '../domain/kustomization-file-names.ts';
import { DEFAULT_LIMITS } from '../domain/limits.ts';
import { asFields, asList, asText } from '../domain/object-fields.ts';
import { type RelativePath, relativePath } from '../domain/paths.ts';
import { parseYamlNodes } from '../domain/yaml-documents.ts';
import { fieldOf, plainValue, type YamlNode } from '../domain/yaml-node.ts';
import type { CommandIo } from './command.ts';
import { UsageError } from './errors.ts';

/** One object of a manifest file, and where it stands. */
export interface LoadedManifest {
  readonly object: KubeObject;
  /** `deploy/web.yaml:12` */
  readonly place: string;
}

const STDIN = '-';
const MANIFEST = /\.(ya?ml|json)$/;

/** The objects of files, directories (all manifests below, but no kustomization files) and standard input, in the order given. */
export async function readManifests(
  files: readonly string[],
  io: Pick<CommandIo, 'stdin' | 'cwd'>,
): Promise<readonly LoadedManifest[]> {
  const manifests: LoadedManifest[] = [];
  for (const file of files) {
    if (file === STDIN) manifests.push(...manifestsIn('standard input', await textOf(io.stdin)));
    else for (const path of manifestFiles(file, io.cwd)) manifests.push(...manifestsIn(path, read(path, io.cwd)));
  }
  return manifests;
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(chunks).toString();
}

/** Shown and read as typed, below the current directory or not. */
function manifestFiles(file: string, cwd: string): readonly string[] {
  const isDirectory = attempt(file, () => statSync(resolve(cwd, file)).isDirectory());
  if (!isDirectory) return [file];
  const names = attempt(file, () => readdirSync(resolve(cwd, file), { recursive: true, encoding: 'utf8' }));
  const found = names.filter((name) => MANIFEST.test(name) && !isForKustomize(name)).sort();
  if (found.length > 0) return found.map((name) => join(file, name));
  throw new UsageError(`${file} holds no manifests`, 'expected files ending in .yaml, .yml or .json');
}

function isForKustomize(name: string): boolean {
  const path = relativePath(name.replaceAll('\\', '/'));
  return path !== undefined && isKustomizationFile(path);
}

function read(file: string, cwd: string): string {
  return attempt(file, () => readFileSync(resolve(cwd, file), 'utf8'));
}

function attempt<T>(file: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const why = code === 'ENOENT' ? 'there is no such file or directory' : `it cannot be read (${code})`;
    throw new UsageError(`${file}: ${why}`, code === 'ENOENT' ? 'check the path' : 'check its permissions', {
      cause: error,
    });
  }
}

/** The objects of one text; `file` is what it is called in messages. Throws UsageError with the place of what is wrong. */
export function manifestsIn(file: string, text: string): readonly LoadedManifest[] {
  // The path is only shown, as it was typed.
  const { nodes, problems } = parseYamlNodes(text, file as RelativePath, DEFAULT_LIMITS, { duplicateKeys: 'error' });
  const [problem] = problems;
  if (problem !== undefined) throw new UsageError(problem.message, problem.hint);
  return nodes.flatMap((node) => objectsOf(node, file));
}

/** A document is one object, or a list of them (`kind: List`). */
function objectsOf(node: YamlNode, file: string): readonly LoadedManifest[] {
  const place = `${file}:${node.line}`;
  const value = plainValue(node);
  if (value === null) return [];
  const { apiVersion, kind, metadata, items } = asFields(value);
  const itemsNode = fieldOf(node, 'items');
  if (asText(kind)?.endsWith('List') === true && itemsNode?.kind === 'list' && asList(items).length > 0)
    return itemsNode.items.flatMap((item) => objectsOf(item, file));
  const missing = [
    ...(asText(apiVersion) === undefined ? ['apiVersion'] : []),
    ...(asText(kind) === undefined ? ['kind'] : []),
    ...(asText(asFields(metadata).name) === undefined ? ['metadata.name'] : []),
  ];
  if (missing.length === 0) return [{ object: value as KubeObject, place }];
  throw new UsageError(
    `${place}: expected a Kubernetes object, found one without ${missing.join(', ')}`,
    'every manifest needs apiVersion, kind and metadata.name',
  );
}
