import type { Closure } from './closure.ts';
import type { FileTree } from './file-tree.ts';
import { isKustomizationFile } from './kustomization-file-names.ts';
import { looseDocuments, looseText } from './loose-documents.ts';
import { asFields, asList, asText, type Fields } from './object-fields.ts';
import type { ObjectId } from './target.ts';
import { parseObjectId } from './target.ts';

interface MadeObject {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

/**
 * Whether a build of `closure` may make the ConfigMap or Secret `wanted`, as far as its files tell without building: name prefixes,
 * suffixes and a changed namespace are taken as possible. In doubt yes.
 */
export function objectTest(closure: Closure, tree: FileTree): (wanted: ObjectId) => boolean {
  const made: MadeObject[] = [];
  const prefixes = new Set(['']);
  const suffixes = new Set(['']);
  let namespaceChanged = false;
  for (const path of closure.files) {
    if (!isKustomizationFile(path)) {
      // Most manifests make neither, and need no parsing to tell.
      if (/ConfigMap|Secret/.test(looseText(tree, path) ?? '')) {
        made.push(...looseDocuments(tree, path).flatMap(plainObject));
      }
      continue;
    }
    const kustomization = asFields(looseDocuments(tree, path)[0]);
    namespaceChanged ||= kustomization.namespace !== undefined;
    prefixes.add(asText(kustomization.namePrefix) ?? '');
    suffixes.add(asText(kustomization.nameSuffix) ?? '');
    made.push(...generatedObjects(kustomization, 'configMapGenerator', 'ConfigMap'));
    made.push(...generatedObjects(kustomization, 'secretGenerator', 'Secret'));
  }
  return (wanted) => {
    const { kind, namespace, name } = parseObjectId(wanted);
    return made.some(
      (object) =>
        object.kind === kind &&
        (namespaceChanged || object.namespace === undefined || object.namespace === namespace) &&
        [...prefixes].some((prefix) => [...suffixes].some((suffix) => `${prefix}${object.name}${suffix}` === name)),
    );
  };
}

function plainObject(document: unknown): MadeObject[] {
  const fields = asFields(document);
  const kind = asText(fields.kind);
  const metadata = asFields(fields.metadata);
  const name = asText(metadata.name);
  return kind === undefined || name === undefined ? [] : [{ kind, name, namespace: asText(metadata.namespace) }];
}

function generatedObjects(kustomization: Fields, field: string, kind: string): MadeObject[] {
  return asList(kustomization[field]).flatMap((item) => {
    const name = asText(asFields(item).name);
    return name === undefined ? [] : [{ kind, name, namespace: asText(asFields(item).namespace) }];
  });
}
