import picomatch from 'picomatch';
import { parse, stringify } from 'yaml';
import { isJsonObject } from '../json-value.ts';
import { type ArtifactFile, type ArtifactFiles, unpackArchive } from './archive.ts';

/** One entry of `spec.artifacts[].copy`. */
export interface CopyOperation {
  readonly from: string;
  readonly to: string;
  readonly exclude: readonly string[];
  readonly strategy: 'Overwrite' | 'Merge' | 'Extract';
}

/** The files of an artifact composed from `sources` (by alias); a later operation overwrites an earlier one. Throws on a bad rule. */
export function composeArtifact(
  operations: readonly CopyOperation[],
  sources: ReadonlyMap<string, ArtifactFiles>,
): ArtifactFiles {
  const composed = new Map<string, ArtifactFile>();
  for (const operation of operations) {
    for (const [path, file] of copied(operation, sources)) {
      const before = composed.get(path);
      composed.set(path, operation.strategy === 'Merge' && before !== undefined ? mergedYaml(before, file) : file);
    }
  }
  return composed;
}

function* copied(
  operation: CopyOperation,
  sources: ReadonlyMap<string, ArtifactFiles>,
): Generator<readonly [path: string, file: ArtifactFile]> {
  const parsed = /^@([^/]+)\/(.*)$/.exec(operation.from);
  const target = /^@artifact\/(.*)$/.exec(operation.to)?.[1];
  if (parsed === null || target === undefined) {
    throw new Error(
      `invalid copy operation: expected from "@<alias>/<path>" and to "@artifact/<path>", found "${operation.from}" and "${operation.to}"`,
    );
  }
  const [, alias = '', pattern = ''] = parsed;
  const files = sources.get(alias);
  if (files === undefined) throw new Error(`source alias "${alias}" not found`);
  const selected = selectFiles(files, pattern, target);
  const isExcluded = exclusion(operation.exclude);
  let found = false;
  for (const { path, relative, destination } of selected) {
    found = true;
    const file = files.get(path);
    if (file === undefined || isExcluded(relative)) continue;
    if (operation.strategy === 'Extract' && /\.(tar\.gz|tgz|tar)$/.test(path)) {
      for (const [inner, unpacked] of unpackArchive(file.content)) yield [joined(target, inner), unpacked];
    } else yield [destination, file];
  }
  if (!found) throw new Error(`source "${operation.from}" does not exist: no file of the source matches`);
}

interface Selected {
  readonly path: string;
  /** Relative to the part of the pattern without wildcards: what `exclude` is matched against. */
  readonly relative: string;
  readonly destination: string;
}

function selectFiles(files: ArtifactFiles, pattern: string, target: string): readonly Selected[] {
  const intoDirectory = target === '' || target.endsWith('/');
  const { base, glob, isGlob } = picomatch.scan(pattern);
  if (isGlob) {
    const matches = picomatch(glob, { dot: true });
    const prefix = base === '' ? '' : `${base}/`;
    return [...files.keys()].flatMap((path) => {
      const relative = path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
      return relative !== undefined && matches(relative)
        ? [{ path, relative, destination: joined(target, relative) }]
        : [];
    });
  }
  if (files.has(pattern)) {
    const name = pattern.slice(pattern.lastIndexOf('/') + 1);
    return [{ path: pattern, relative: name, destination: intoDirectory ? joined(target, name) : target }];
  }
  const directory = pattern.replace(/\/$/, '');
  const prefix = directory === '' ? '' : `${directory}/`;
  // As with `cp -r`: into an existing directory goes the directory itself.
  const name = intoDirectory && directory !== '' ? directory.slice(directory.lastIndexOf('/') + 1) : '';
  return [...files.keys()]
    .filter((path) => path.startsWith(prefix))
    .map((path) => {
      const relative = path.slice(prefix.length);
      return { path, relative, destination: joined(target, joined(name, relative)) };
    });
}

function joined(directory: string, path: string): string {
  return [...directory.split('/'), ...path.split('/')].filter((segment) => segment !== '').join('/');
}

function exclusion(patterns: readonly string[]): (relative: string) => boolean {
  const matchers = patterns.map((pattern) => {
    const matches = picomatch(pattern, { dot: true });
    return pattern.includes('/') ? matches : (path: string) => matches(path.slice(path.lastIndexOf('/') + 1));
  });
  return (relative) => matchers.some((matches) => matches(relative));
}

function mergedYaml(before: ArtifactFile, after: ArtifactFile): ArtifactFile {
  const merged = mergedValue(parse(before.content.toString()), parse(after.content.toString()));
  return { content: Buffer.from(stringify(merged)), mode: after.mode };
}

/** Maps merge; arrays and scalars are replaced. */
function mergedValue(before: unknown, after: unknown): unknown {
  if (!isJsonObject(before) || !isJsonObject(after)) return after ?? before;
  const merged: Record<string, unknown> = { ...before };
  for (const [key, value] of Object.entries(after)) merged[key] = mergedValue(merged[key], value);
  return merged;
}
