/** Fields of metadata that the API server keeps itself or that name the object: nobody owns them. */
const UNTRACKED_METADATA: ReadonlySet<string> = new Set([
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
]);

/** Whether nobody owns the field `name`, where `depth` is 0 at the object's root and 1 within metadata. */
export function isUntracked(name: string, parent: 'root' | 'metadata'): boolean {
  return parent === 'metadata' ? UNTRACKED_METADATA.has(name) : name === 'apiVersion' || name === 'kind';
}
