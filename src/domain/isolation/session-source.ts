import { CONTENT_ANNOTATION } from '../closure-artifact.ts';
import type { KubeObject } from '../kube-object.ts';
import { type ObjectId, objectId } from '../target.ts';
import { INVENTORY_BEFORE, inventoryRecord } from './earlier-inventory.ts';
import { repositoryLike } from './own-repository.ts';
import { ISOLATED_FOR, MANAGED_BY, MANAGER, SESSION } from './session-marks.ts';

/** The OCIRepository that one target reads for a session, reached the way the shared source is. */
export function sessionSource(own: {
  /** As it is live, status included: what it has applied is recorded, so that restoring can tell what it will delete. */
  readonly target: KubeObject;
  readonly shared: KubeObject;
  /** `<namespace>/<name>` of the session's Lease. */
  readonly session: string;
  /** `oci://host/repository`, as the cluster sees it. */
  readonly url: string;
  /** `sha256:…` of the artifact's manifest. */
  readonly digest: string;
  /** Digest of the closure that the artifact was made of. */
  readonly content: string;
  readonly name: string;
}): KubeObject {
  const { target, shared, session, content } = own;
  const from = objectId(shared.kind, shared.metadata.namespace ?? 'default', shared.metadata.name);
  const namespace = target.metadata.namespace ?? 'default';
  const source = repositoryLike(shared, {
    name: own.name,
    namespace,
    from,
    url: own.url,
    ref: { digest: own.digest },
  });
  const { metadata } = source;
  const inventory = inventoryRecord(target);
  return {
    ...source,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...sessionLabels(session) },
      annotations: {
        ...metadata.annotations,
        [ISOLATED_FOR]: objectId('Kustomization', namespace, target.metadata.name),
        [SESSION]: session,
        [CONTENT_ANNOTATION]: content,
        ...(inventory === undefined ? {} : { [INVENTORY_BEFORE]: inventory }),
      },
    },
  };
}

/** A merge patch: the source holds another artifact from now on. `asked`: annotations that ask for it, where the digest may be the same. */
export function moveDigestPatch(
  digest: string,
  content: string,
  asked: Readonly<Record<string, string>> = {},
): unknown {
  return { metadata: { annotations: { ...asked, [CONTENT_ANNOTATION]: content } }, spec: { ref: { digest } } };
}

/** A merge patch: the source belongs to `session` from now on. */
export function adoptSourcePatch(session: string): unknown {
  return { metadata: { labels: sessionLabels(session), annotations: { [SESSION]: session } } };
}

/** What an OCIRepository says of the session that made it; undefined for one that no session made. */
export function sessionSourceMarks(
  object: KubeObject,
): { readonly session: string; readonly target: ObjectId; readonly content: string | undefined } | undefined {
  const { labels = {}, annotations = {} } = object.metadata;
  const { [SESSION]: session, [ISOLATED_FOR]: target, [CONTENT_ANNOTATION]: content } = annotations;
  if (object.kind !== 'OCIRepository' || labels[MANAGED_BY] !== MANAGER) return undefined;
  if (session === undefined || target === undefined) return undefined;
  return { session, target, content };
}

function sessionLabels(session: string): Readonly<Record<string, string>> {
  return { [MANAGED_BY]: MANAGER, [SESSION]: session.slice(session.indexOf('/') + 1) };
}
