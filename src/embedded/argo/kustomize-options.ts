import { stringify } from 'yaml';
import type { ArtifactFiles } from '../flux/archive.ts';
import { artifactTree } from '../flux/artifact-tree.ts';
import { asArray, asObject, asString, type JsonObject } from '../json-value.ts';
import { parseDocuments } from '../manifest-yaml.ts';

/** The artifact with `source.kustomize` written into the kustomization file of `directory`, as the repo-server does with `kustomize edit`. */
export function withKustomizeOptions(files: ArtifactFiles, directory: string, options: JsonObject): ArtifactFiles {
  const path = artifactTree(files).kustomizationFile(directory);
  const file = path === undefined ? undefined : files.get(path);
  if (path === undefined || file === undefined || Object.keys(options).length === 0) return files;
  const written = asObject(parseDocuments(file.content.toString())[0]);
  const edited = { ...written, ...plainFields(options), ...labels(written, options), ...lists(written, options) };
  return new Map([...files, [path, { content: Buffer.from(stringify(edited)), mode: file.mode }]]);
}

function plainFields(options: JsonObject): JsonObject {
  return Object.fromEntries(
    ['namePrefix', 'nameSuffix', 'namespace'].flatMap((field) =>
      asString(options[field]) ? [[field, options[field]]] : [],
    ),
  );
}

function labels(written: JsonObject, options: JsonObject): JsonObject {
  const annotations = asObject(options.commonAnnotations);
  const given = asObject(options.commonLabels);
  const withoutSelector = options.labelWithoutSelector === true;
  return {
    ...(isEmpty(annotations) ? {} : { commonAnnotations: { ...asObject(written.commonAnnotations), ...annotations } }),
    ...(isEmpty(given) || withoutSelector ? {} : { commonLabels: { ...asObject(written.commonLabels), ...given } }),
    ...(isEmpty(given) || !withoutSelector
      ? {}
      : {
          labels: [
            ...asArray(written.labels),
            { pairs: given, includeSelectors: false, includeTemplates: options.labelIncludeTemplates === true },
          ],
        }),
  };
}

function lists(written: JsonObject, options: JsonObject): JsonObject {
  const images = asArray(options.images).map((image) => imageOf(String(image)));
  const added = (field: string, items: readonly unknown[]): JsonObject =>
    items.length === 0 ? {} : { [field]: [...asArray(written[field]), ...items] };
  const named = new Set(images.map(({ name }) => name));
  const kept = asArray(written.images).filter((image) => !named.has(asString(asObject(image).name)));
  return {
    ...(images.length === 0 ? {} : { images: [...kept, ...images] }),
    ...added('replicas', asArray(options.replicas)),
    ...added('components', asArray(options.components)),
    ...added('patches', asArray(options.patches)),
  };
}

/** `name`, `name:tag`, `name@digest`, `name=other:tag`. */
function imageOf(text: string): { readonly name: string | undefined; readonly [field: string]: string | undefined } {
  const [name, replaced] = text.includes('=') ? (text.split('=') as [string, string]) : [undefined, text];
  const [, image = '', tag, digest] = /^(.+?)(?::([^/@]+))?(?:@(.+))?$/.exec(replaced) ?? [];
  return {
    name: name ?? image,
    ...(name === undefined ? {} : { newName: image }),
    ...(tag === undefined ? {} : { newTag: tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

function isEmpty(map: JsonObject): boolean {
  return Object.keys(map).length === 0;
}
