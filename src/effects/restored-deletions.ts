import { contentOf } from '../domain/closure-artifact.ts';
import { appliedSince, INVENTORY_BEFORE } from '../domain/isolation/earlier-inventory.ts';
import type { FoundIsolations, FoundTarget } from '../domain/isolation/found-isolations.ts';
import { isIsolated, originalSourceOf } from '../domain/isolation/session-marks.ts';
import { artifactPlace } from '../domain/isolation/source-obstacle.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { asFields, asText } from '../domain/object-fields.ts';
import type { ObjectId } from '../domain/target.ts';
import { createRegistryClient } from '../registry/client.ts';
import { mapConcurrently } from './map-concurrently.ts';
import { targetDigestsOf } from './push-artifact.ts';

const AT_A_TIME = 8;
/** The registry only makes the answer narrower: one that is slow or not to be reached from here is not waited for long. */
const REGISTRY_TIMEOUT_MS = 3_000;

/** What Flux will delete once a target reads its shared source again: objects that only files not committed or pushed define. */
export interface RestoredDeletions {
  readonly target: ObjectId;
  /**
   * `none`: nothing. `at-most`: these, unless the shared source has come to hold them. `unknown`: it cannot be told, `because` of what.
   */
  readonly certainty: 'none' | 'at-most' | 'unknown';
  readonly objects: readonly ObjectId[];
  readonly because?: string;
}

/** Tells it from the cluster, and where a registry can be asked, more narrowly from that. Never rejects. */
export async function restoredDeletions(
  found: Pick<FoundIsolations, 'objects'>,
  targets: readonly FoundTarget[],
  options: { readonly now: () => number },
): Promise<readonly RestoredDeletions[]> {
  return mapConcurrently(targets, AT_A_TIME, async ({ id, object, isolation }): Promise<RestoredDeletions> => {
    const none: RestoredDeletions = { target: id, certainty: 'none', objects: [] };
    if (!isIsolated(isolation) || asFields(object.spec).prune !== true) return none;
    const own = found.objects.get(isolation.ownSource);
    const applied = appliedSince(object, own?.metadata.annotations?.[INVENTORY_BEFORE]);
    if (applied?.length === 0) return none;
    const shared = found.objects.get(originalSourceOf(isolation, object.metadata.namespace ?? 'default'));
    if (own !== undefined && shared !== undefined && (await holdsTheSame(id, own, shared, options))) return none;
    if (applied !== undefined) return { target: id, certainty: 'at-most', objects: applied };
    const because = `what ${id} had applied before it was isolated is not recorded`;
    return { target: id, certainty: 'unknown', objects: [], because };
  });
}

/** Whether the shared source serves, for this target, exactly what its own source holds. */
async function holdsTheSame(
  target: ObjectId,
  own: KubeObject,
  shared: KubeObject,
  { now }: { readonly now: () => number },
): Promise<boolean> {
  const content = contentOf(own.metadata.annotations);
  const digest = servedDigest(shared);
  const place = artifactPlace('', shared, undefined);
  if (content === undefined || digest === undefined || 'reason' in place) return false;
  const insecure = asFields(shared.spec).insecure === true;
  try {
    const limits = { requestTimeoutMs: REGISTRY_TIMEOUT_MS };
    const registry = createRegistryClient({ reference: place.url, insecure, limits, now });
    try {
      const read = await registry.readConfig(digest);
      return targetDigestsOf(read?.config)?.[target] === content;
    } finally {
      registry.close();
    }
  } catch {
    return false;
  }
}

/** Of the artifact that Flux serves now: `latest@sha256:…`. What is pushed and not fetched yet does not count. */
function servedDigest({ status }: KubeObject): string | undefined {
  const revision = asText(asFields(asFields(status).artifact).revision) ?? '';
  return /sha256:[0-9a-f]{64}$/.exec(revision)?.[0];
}
