import { type ObjectId, parseObjectId } from '../domain/target.ts';
import { oneLine } from './text-width.ts';

/** A source as `--source` takes it: `OCIRepository/flux-system/shop`; of what is no object the name alone: `oci://host/apps:dev`. */
export function sourceLabel(id: ObjectId): string {
  const { namespace, name } = parseObjectId(id);
  return oneLine(namespace === '' ? name : id);
}

/** `flux-system/apps` for a Kustomization, `HelmRelease shop/cache` for any other kind; the name alone of what is no object: `oci://host/apps:dev`. */
export function targetLabel(id: ObjectId): string {
  const { kind, namespace, name } = parseObjectId(id);
  if (namespace === '') return oneLine(name);
  return oneLine(kind === 'Kustomization' ? `${namespace}/${name}` : `${kind} ${namespace}/${name}`);
}
