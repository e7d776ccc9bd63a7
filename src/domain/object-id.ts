/** `<kind>/<namespace>/<name>`, e.g. `Kustomization/flux-system/apps`. */
export type ObjectId = string;

export function objectId(kind: string, namespace: string, name: string): ObjectId {
  return `${kind}/${namespace}/${name}`;
}

export function parseObjectId(id: ObjectId): { kind: string; namespace: string; name: string } {
  const [kind = '', namespace = '', ...name] = id.split('/');
  return { kind, namespace, name: name.join('/') };
}
