import { isAutomated } from '../domain/argo/application-definition.ts';
import { applicationSource } from '../domain/argo/application-source.ts';
import { isApplication } from '../domain/argo/is-application.ts';
import { contentOf } from '../domain/closure-artifact.ts';
import { appliedSince, INVENTORY_BEFORE } from '../domain/isolation/earlier-inventory.ts';
import type { FoundIsolations, FoundTarget } from '../domain/isolation/found-isolations.ts';
import { isIsolated, originalSourceOf, type SessionIsolation } from '../domain/isolation/session-marks.ts';
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

/** What Flux, or Argo CD, will delete once a target reads its shared source again: objects that only files not committed or pushed define. */
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
    if (!isIsolated(isolation) || !isPruning(object)) return none;
    // An Application has no other object that it could be written on.
    const own = isApplication(object) ? object : found.objects.get(isolation.ownSource);
    const applied = appliedSince(object, own?.metadata.annotations?.[INVENTORY_BEFORE]);
    if (applied?.length === 0) return none;
    const served = isApplication(object)
      ? taggedArtifact(isolation)
      : servedArtifact(found.objects.get(originalSourceOf(isolation, object.metadata.namespace ?? 'default')));
    if (served !== undefined && (await holdsTheSame(id, contentOf(own?.metadata.annotations), served, options)))
      return none;
    if (applied !== undefined) return { target: id, certainty: 'at-most', objects: applied };
    const because = `what ${id} had applied before it was isolated is not recorded`;
    return { target: id, certainty: 'unknown', objects: [], because };
  });
}

/** What is no longer in its source is deleted without anybody asking for that. */
function isPruning({ kind, spec }: KubeObject): boolean {
  const fields = asFields(spec);
  if (kind === 'Kustomization') return fields.prune === true;
  return isAutomated(fields) && asFields(asFields(fields.syncPolicy).automated).prune === true;
}

/** An artifact that the shared source has for all its targets. */
interface SharedArtifact {
  readonly url: string;
  readonly tagOrDigest: string;
  readonly insecure: boolean;
}

/** Of the source that Flux has fetched: what is pushed and not fetched yet does not count. */
function servedArtifact(shared: KubeObject | undefined): SharedArtifact | undefined {
  const digest = shared === undefined ? undefined : servedDigest(shared);
  const place = artifactPlace('', shared, undefined);
  if (digest === undefined || 'reason' in place) return undefined;
  return { url: place.url, tagOrDigest: digest, insecure: asFields(shared?.spec).insecure === true };
}

/** Argo CD resolves the tag anew once the Application is back. */
function taggedArtifact({ originalSourceRef }: SessionIsolation): SharedArtifact | undefined {
  const { url, ref } = applicationSource(originalSourceRef);
  if (url === undefined || ref?.tag === undefined) return undefined;
  return { url, tagOrDigest: ref.tag, insecure: false };
}

/** Whether `shared` holds, for this target, exactly what its own artifact does. */
async function holdsTheSame(
  target: ObjectId,
  content: string | undefined,
  { url, tagOrDigest, insecure }: SharedArtifact,
  { now }: { readonly now: () => number },
): Promise<boolean> {
  if (content === undefined) return false;
  try {
    const limits = { requestTimeoutMs: REGISTRY_TIMEOUT_MS };
    const registry = createRegistryClient({ reference: url, insecure, limits, now });
    try {
      const read = await registry.readConfig(tagOrDigest);
      return targetDigestsOf(read?.config)?.[target] === content;
    } finally {
      registry.close();
    }
  } catch {
    return false;
  }
}

/** `latest@sha256:…`. */
function servedDigest({ status }: KubeObject): string | undefined {
  const revision = asText(asFields(asFields(status).artifact).revision) ?? '';
  return /sha256:[0-9a-f]{64}$/.exec(revision)?.[0];
}
