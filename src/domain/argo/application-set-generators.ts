import { parse } from 'yaml';
import { asFields, asList, asText, type Fields } from '../object-fields.ts';
import { elementsOf, isMap, type Parameters } from './application-set-template.ts';
import { pathGlob } from './path-glob.ts';

/** The files of a repository at some revision. */
export interface GeneratorFiles {
  /** Relative to the top level. */
  readonly paths: Iterable<string>;
  readonly read: (path: string) => Uint8Array;
}

/** Rejects where there is no such repository to be read. */
export type FilesOfRepository = (url: string, revision: string) => Promise<GeneratorFiles>;

/** The parameter sets of a generator: list, git (directories, files), and matrix and merge of these. Rejects where it is another. */
export async function parametersOf(
  filesOf: FilesOfRepository,
  generator: Fields,
  isGoTemplate: boolean,
): Promise<readonly Parameters[]> {
  if (isMap(generator.list)) return listParameters(generator.list);
  if (isMap(generator.git)) return gitParameters(filesOf, generator.git, isGoTemplate);
  const combined = isMap(generator.matrix) ? generator.matrix : isMap(generator.merge) ? generator.merge : undefined;
  if (combined === undefined) throw new Error(`generator ${Object.keys(generator).join(', ')} is not known`);
  const parts: (readonly Parameters[])[] = [];
  for (const part of asList(combined.generators)) parts.push(await parametersOf(filesOf, asFields(part), isGoTemplate));
  return isMap(generator.matrix) ? matrix(parts) : merge(parts, asList(combined.mergeKeys).map(String));
}

function listParameters({ elements, elementsYaml }: Fields): readonly Parameters[] {
  const fromText = asText(elementsYaml);
  return [...asList(elements).map(asFields), ...(fromText === undefined ? [] : elementsOf(fromText))];
}

async function gitParameters(
  filesOf: FilesOfRepository,
  git: Fields,
  isGoTemplate: boolean,
): Promise<readonly Parameters[]> {
  const files = await filesOf(asText(git.repoURL) ?? '', asText(git.revision) ?? 'HEAD');
  const values = asFields(git.values);
  const found =
    git.files === undefined ? directories(files, git, isGoTemplate) : fileParameters(files, git, isGoTemplate);
  return found.map((parameters) => ({ ...parameters, ...prefixed('values', values, isGoTemplate) }));
}

function directories(files: GeneratorFiles, git: Fields, isGoTemplate: boolean): Parameters[] {
  const all = new Set<string>();
  for (const path of files.paths) {
    const segments = path.split('/').slice(0, -1);
    // Hidden directories are none.
    if (segments.some((segment) => segment.startsWith('.'))) continue;
    for (let end = 1; end <= segments.length; end += 1) all.add(segments.slice(0, end).join('/'));
  }
  return [...all]
    .filter((path) => isChosen(path, git.directories))
    .sort()
    .map((path) => pathParameters(path, git, isGoTemplate));
}

function fileParameters(files: GeneratorFiles, git: Fields, isGoTemplate: boolean): Parameters[] {
  const chosen = [...files.paths].filter((path) => isChosen(path, git.files)).sort();
  return chosen.flatMap((path) => {
    const parsed: unknown = parse(new TextDecoder().decode(files.read(path)));
    const documents = Array.isArray(parsed) ? parsed.map(asFields) : [asFields(parsed)];
    const directory = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
    const filename = path.slice(path.lastIndexOf('/') + 1);
    const own = pathParameters(directory, git, isGoTemplate, filename);
    return documents.map((document) => ({ ...(isGoTemplate ? document : flattened(document)), ...own }));
  });
}

/** `*` does not go across slashes here, `**` does. */
function isChosen(path: string, patterns: unknown): boolean {
  const rules = asList(patterns).map(asFields);
  const matches = ({ path: pattern }: Fields): boolean => segmentGlob(asText(pattern) ?? '', path);
  return (
    rules.some((rule) => rule.exclude !== true && matches(rule)) &&
    !rules.some((rule) => rule.exclude === true && matches(rule))
  );
}

function segmentGlob(pattern: string, path: string): boolean {
  if (pattern.includes('**')) return pathGlob(pattern)(path);
  return pattern.split('/').length === path.split('/').length && pathGlob(pattern)(path);
}

function pathParameters(path: string, git: Fields, isGoTemplate: boolean, filename?: string): Parameters {
  const segments = path.split('/');
  const basename = segments.at(-1) ?? '';
  const normalized = basename.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-');
  const prefix = asText(git.pathParamPrefix);
  if (isGoTemplate) {
    const tree = {
      path,
      basename,
      basenameNormalized: normalized,
      segments,
      ...(filename === undefined ? {} : { filename }),
    };
    return prefix === undefined ? { path: tree } : { [prefix]: { path: tree } };
  }
  const name = prefix === undefined ? 'path' : `${prefix}.path`;
  return {
    [name]: path,
    [`${name}.basename`]: basename,
    [`${name}.basenameNormalized`]: normalized,
    ...(filename === undefined ? {} : { [`${name}.filename`]: filename }),
    ...Object.fromEntries(segments.map((segment, index) => [`${name}[${index}]`, segment])),
  };
}

function prefixed(name: string, values: Fields, isGoTemplate: boolean): Parameters {
  if (Object.keys(values).length === 0) return {};
  if (isGoTemplate) return { [name]: values };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}.${key}`, value]));
}

function flattened(document: Fields, prefix = ''): Parameters {
  return Object.fromEntries(
    Object.entries(document).flatMap(([key, value]) =>
      isMap(value) ? Object.entries(flattened(value, `${prefix}${key}.`)) : [[`${prefix}${key}`, value]],
    ),
  );
}

function matrix(parts: readonly (readonly Parameters[])[]): readonly Parameters[] {
  return parts.reduce<readonly Parameters[]>(
    (all, part) => all.flatMap((left) => part.map((right) => ({ ...left, ...right }))),
    [{}],
  );
}

/** The sets of the first generator, each with what later ones say of the same keys. */
function merge(parts: readonly (readonly Parameters[])[], keys: readonly string[]): readonly Parameters[] {
  const [base = [], ...others] = parts;
  const idOf = (parameters: Parameters): string => JSON.stringify(keys.map((key) => parameters[key]));
  return base.map((parameters) => {
    const same = others.flatMap((part) => part.filter((each) => idOf(each) === idOf(parameters)));
    return Object.assign({}, parameters, ...same) as Parameters;
  });
}
