import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject } from '../json-value.ts';

/** A CustomResourceDefinition with the status that the API server keeps for it on writes of its spec: the versions ever stored. */
export function definitionStatus(definition: KubeObject, before: KubeObject | undefined): KubeObject {
  const storage = asArray(asObject(definition.spec).versions)
    .map(asObject)
    .filter((version) => version.storage === true)
    .map((version) => version.name);
  if (before === undefined) {
    const status = { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: storage.slice(0, 1) };
    return { ...definition, status };
  }
  const status = asObject(before.status);
  const stored = new Set([...asArray(status.storedVersions), ...storage]);
  return { ...definition, status: { ...status, storedVersions: [...stored] } };
}
