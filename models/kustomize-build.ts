/**
 * What a Flux Kustomization makes of an artifact, written down independently of the mapping: the few kinds of files that a simulation
 * writes, the few rules that decide about them. It says which files a build reads, so that two trees can be compared for one target.
 */
export type Build =
  | {
      readonly kind: 'made';
      /** Everything the build reads, paths and contents: equal exactly when the build would be the same. */
      readonly content: string;
      readonly objects: number;
    }
  | { readonly kind: 'failed'; readonly why: string }
  /** `spec.path` is not there: Flux refuses before it builds. */
  | { readonly kind: 'no-path' };

export type Files = ReadonlyMap<string, string>;

interface KustomizationText {
  readonly isComponent: boolean;
  readonly resources: readonly string[];
  readonly components: readonly string[];
  readonly generated: readonly string[];
}

const FILE = 'kustomization.yaml';

export function build(files: Files, path: string): Build {
  if (!hasDirectory(files, path)) return { kind: 'no-path' };
  const read = new Map<string, string>();
  let objects = 0;

  function problemIn(directory: string, asComponent: boolean, around: readonly string[]): string | undefined {
    if (around.includes(directory)) return `${directory} includes itself`;
    const file = `${directory}/${FILE}`;
    const text = files.get(file);
    if (text === undefined) return `${file} is missing`;
    read.set(file, text);
    const parsed = parseKustomization(text);
    if (parsed === undefined) return `${file} does not parse`;
    if (parsed.isComponent !== asComponent) return `${file} is of the wrong kind`;
    const within = [...around, directory];
    for (const entry of parsed.generated) {
      const source = resolve(directory, entry);
      const content = files.get(source);
      if (content === undefined) return `${source} is missing`;
      read.set(source, content);
      objects += 1;
    }
    for (const entry of parsed.resources) {
      const problem = problemOf(resolve(directory, entry), within);
      if (problem !== undefined) return problem;
    }
    for (const entry of parsed.components) {
      const problem = problemIn(resolve(directory, entry), true, within);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  function problemOf(resource: string, around: readonly string[]): string | undefined {
    if (!files.has(resource)) return problemIn(resource, false, around);
    return objectProblem(resource);
  }

  function objectProblem(path: string): string | undefined {
    const text = files.get(path) ?? '';
    read.set(path, text);
    if (!isObject(text)) return `${path} is no object`;
    objects += 1;
    return undefined;
  }

  /** Flux makes a kustomization of every manifest below a path that has none. */
  function problemInManifests(): string | undefined {
    const nested = [...files.keys()].filter((file) => file.startsWith(`${path}/`) && file.endsWith(`/${FILE}`));
    const directories = nested.map((file) => file.slice(0, -FILE.length - 1));
    for (const directory of directories) {
      const problem = problemIn(directory, false, []);
      if (problem !== undefined) return problem;
    }
    for (const file of files.keys()) {
      if (!file.startsWith(`${path}/`) || !file.endsWith('.yaml')) continue;
      if (directories.some((directory) => file.startsWith(`${directory}/`))) continue;
      const problem = objectProblem(file);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  const why = files.has(`${path}/${FILE}`) ? problemIn(path, false, []) : problemInManifests();
  if (why !== undefined) return { kind: 'failed', why };
  const content = [...read.keys()]
    .sort()
    .map((file) => `${file}\0${read.get(file)}`)
    .join('\0');
  return { kind: 'made', content, objects };
}

const knownBuilds = new WeakMap<Files, Map<string, Build>>();

/** As `build`, for files that never change, as those of an artifact: built once. */
export function buildOfArtifact(files: Files, path: string): Build {
  const builds = knownBuilds.get(files) ?? new Map<string, Build>();
  knownBuilds.set(files, builds);
  const made = builds.get(path) ?? build(files, path);
  builds.set(path, made);
  return made;
}

const parsedTexts = new Map<string, KustomizationText | undefined>();

function parseKustomization(text: string): KustomizationText | undefined {
  if (parsedTexts.has(text)) return parsedTexts.get(text);
  const lists: Record<string, string[]> = { resources: [], components: [], files: [] };
  let list: string[] | undefined;
  let parsed: KustomizationText | undefined;
  let isSound = true;
  for (const line of text.split('\n')) {
    const header = /^\s*(\w+):\s*$/.exec(line)?.[1];
    const item = /^\s*- ([\w./-]+)$/.exec(line)?.[1];
    if (header !== undefined) list = lists[header];
    else if (item !== undefined) list?.push(item);
    else if (line.includes('[')) isSound = false;
  }
  if (isSound) {
    const { resources = [], components = [], files: generated = [] } = lists;
    parsed = { isComponent: text.includes('kind: Component'), resources, components, generated };
  }
  parsedTexts.set(text, parsed);
  return parsed;
}

function isObject(text: string): boolean {
  return text.startsWith('apiVersion: v1\nkind: ConfigMap\n');
}

function hasDirectory(files: Files, path: string): boolean {
  for (const file of files.keys()) if (file.startsWith(`${path}/`)) return true;
  return false;
}

function resolve(directory: string, entry: string): string {
  const segments = directory.split('/');
  for (const segment of entry.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '.') segments.push(segment);
  }
  return segments.join('/');
}
