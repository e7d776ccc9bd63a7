import type { KubeObject } from '../../domain/kube-object.ts';
import type { ObjectAccess } from '../store/object-access.ts';
import { statusDifference } from './status-change.ts';

/**
 * Writes what differs between two statuses of an object: conditions first, then the rest, as the real controllers do. What others
 * wrote meanwhile stays. Nothing when the object is gone, or another one of that name by now.
 */
export function persistStatus(access: ObjectAccess, before: KubeObject, after: KubeObject): void {
  const { store } = access;
  const resource = store.resources.ofObject(after);
  if (resource === undefined) return;
  const { conditions, fields } = statusDifference(before, after);
  for (const part of [conditions === undefined ? undefined : { conditions }, fields]) {
    if (part === undefined) continue;
    const live = store.read(resource, after.metadata.namespace ?? '', after.metadata.name);
    if (live === undefined || live.metadata.uid !== after.metadata.uid) return;
    const status = Object.fromEntries(
      Object.entries({ ...live.status, ...part }).filter(([, value]) => value !== undefined),
    );
    const written = { ...live, metadata: { ...live.metadata, resourceVersion: '' }, status };
    store.update(resource, written, { subresource: 'status', fieldManager: `gotk-${managerOf(resource.kind)}` });
  }
}

const MANAGERS: Readonly<Record<string, string>> = {
  Kustomization: 'kustomize-controller',
  HelmRelease: 'helm-controller',
  ArtifactGenerator: 'source-watcher',
};

function managerOf(kind: string): string {
  return MANAGERS[kind] ?? 'source-controller';
}
