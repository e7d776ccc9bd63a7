import { parse } from 'yaml';
import { pathGlob } from '../../domain/argo/path-glob.ts';
import type { ArtifactFiles } from '../flux/archive.ts';
import { asArray, asObject, asString, isJsonObject, type JsonObject } from '../json-value.ts';
import { elementsOf, type Parameters } from './application-set-template.ts';
import type { RepoServer } from './repo-server.ts';

/** The parameter sets of a generator: list, git (directories, files), and matrix and merge of these. Throws where it is another. */
export async function parametersOf(
  server: RepoServer,
  generator: JsonObject,
  isGoTemplate: boolean,
): Promise<readonly Parameters[]> {
  if (isJsonObject(generator.list)) return listParameters(generator.list);
  if (isJsonObject(generator.git)) return gitParameters(server, generator.git, isGoTemplate);
  const combined = isJsonObject(generator.matrix)
    ? generator.matrix
    : isJsonObject(generator.merge)
      ? generator.merge
      : undefined;
  if (combined === undefined)
    throw new Error(`generator ${Object.keys(generator).join(', ')} is not known to this stand-in`);
  const parts: (readonly Parameters[])[] = [];
  for (const part of asArray(combined.generators)) parts.push(await parametersOf(server, asObject(part), isGoTemplate));
  return isJsonObject(generator.matrix) ? matrix(parts) : merge(parts, asArray(combined.mergeKeys).map(String));
}

function listParameters({ elements, elementsYaml }: JsonObject): readonly Parameters[] {
  const fromText = asString(elementsYaml);
  return [...asArray(elements).map(asObject), ...(fromText === undefined ? [] : elementsOf(fromText))];
}

async function gitParameters(
  server: RepoServer,
  git: JsonObject,
  isGoTemplate: boolean,
): Promise<readonly Parameters[]> {
  const files = await server.files(asString(git.repoURL) ?? '', asString(git.revision) || 'HEAD');
  const values = asObject(git.values);
  const found =
    git.files === undefined ? directories(files, git, isGoTemplate) : fileParameters(files, git, isGoTemplate);
  return found.map((parameters) => ({ ...parameters, ...prefixed('values', values, isGoTemplate) }));
}

function directories(files: ArtifactFiles, git: JsonObject, isGoTemplate: boolean): Parameters[] {
  const all = new Set<string>();
  for (const path of files.keys()) {
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

function fileParameters(files: ArtifactFiles, git: JsonObject, isGoTemplate: boolean): Parameters[] {
  const chosen = [...files].filter(([path]) => isChosen(path, git.files)).sort(([a], [b]) => (a < b ? -1 : 1));
  return chosen.flatMap(([path, { content }]) => {
    const parsed: unknown = parse(content.toString());
    const documents = Array.isArray(parsed) ? parsed.map(asObject) : [asObject(parsed)];
    const directory = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
    const filename = path.slice(path.lastIndexOf('/') + 1);
    const own = pathParameters(directory, git, isGoTemplate, filename);
    return documents.map((document) => ({ ...(isGoTemplate ? document : flattened(document)), ...own }));
  });
}

/** `*` does not go across slashes here, `**` does. */
function isChosen(path: string, patterns: unknown): boolean {
  const rules = asArray(patterns).map(asObject);
  const matches = ({ path: pattern }: JsonObject): boolean => segmentGlob(asString(pattern) ?? '', path);
  return (
    rules.some((rule) => rule.exclude !== true && matches(rule)) &&
    !rules.some((rule) => rule.exclude === true && matches(rule))
  );
}

function segmentGlob(pattern: string, path: string): boolean {
  if (pattern.includes('**')) return pathGlob(pattern)(path);
  return pattern.split('/').length === path.split('/').length && pathGlob(pattern)(path);
}

function pathParameters(path: string, git: JsonObject, isGoTemplate: boolean, filename?: string): Parameters {
  const segments = path.split('/');
  const basename = segments.at(-1) ?? '';
  const normalized = basename.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-');
  const prefix = asString(git.pathParamPrefix);
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

function prefixed(name: string, values: JsonObject, isGoTemplate: boolean): Parameters {
  if (Object.keys(values).length === 0) return {};
  if (isGoTemplate) return { [name]: values };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}.${key}`, value]));
}

function flattened(document: JsonObject, prefix = ''): Parameters {
  return Object.fromEntries(
    Object.entries(document).flatMap(([key, value]) =>
      isJsonObject(value) ? Object.entries(flattened(value, `${prefix}${key}.`)) : [[`${prefix}${key}`, value]],
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
