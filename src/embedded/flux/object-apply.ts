import { inventoryId } from '../../domain/inventory-id.ts';
import type { KubeObject } from '../../domain/kube-object.ts';
import { StatusError } from '../api/status-error.ts';
import { isJsonObject, sameJson } from '../json-value.ts';
import { type ApiResource, splitApiVersion } from '../store/resource-registry.ts';
import { compareForApply, stageOf } from './apply-order.ts';
import { takeOverFromKubectl } from './field-cleanup.ts';
import type { FluxContext } from './flux-context.ts';
import { type InventoryEntry, subjectOf } from './inventory.ts';
import { isMarked } from './metadata-marks.ts';
import { serveKindOf, type UnknownKinds } from './unknown-kinds.ts';

export const OWNER = 'kustomize.toolkit.fluxcd.io';
const MANAGER = 'kustomize-controller';
const LEFT_ALONE = { [`${OWNER}/reconcile`]: 'disabled', [`${OWNER}/ssa`]: 'ignore' };
const ONLY_CREATED = { [`${OWNER}/ssa`]: 'ifnotpresent' };
const FORCED = { [`${OWNER}/force`]: 'enabled' };

/** What became of one object. */
export interface AppliedObject {
  readonly entry: InventoryEntry;
  readonly subject: string;
  readonly action: 'created' | 'configured' | 'unchanged' | 'skipped';
}

/** An object on its way into the cluster. */
interface Candidate {
  readonly object: KubeObject;
  readonly resource: ApiResource;
  readonly namespace: string;
  readonly name: string;
  readonly subject: string;
  readonly entry: InventoryEntry;
}

/** The labels by which Flux knows what belongs to a Kustomization. */
export function ownerLabels(owner: KubeObject): Readonly<Record<string, string>> {
  return { [`${OWNER}/name`]: owner.metadata.name, [`${OWNER}/namespace`]: owner.metadata.namespace ?? '' };
}

/**
 * Applies the objects as kustomize-controller does, on behalf of `owner`: in stages, each tried with a dry run before any of it is
 * written, and what would not change is not written. Throws with Flux's words, what was changed before on lines of its own.
 */
export function applyObjects(
  context: FluxContext,
  owner: KubeObject,
  objects: readonly KubeObject[],
  unknownKinds: UnknownKinds,
): readonly AppliedObject[] {
  const applied: AppliedObject[] = [];
  try {
    for (const stage of [0, 1, 2]) {
      // Looked up stage by stage: a definition makes its kind known to the next one.
      const candidates = objects
        .filter((object) => stageOf(object) === stage)
        .map((object) => candidateOf(context, object, unknownKinds))
        .sort((a, b) => compareForApply(orderOf(a), orderOf(b)));
      applied.push(...applyStage(context, owner, candidates));
    }
  } catch (error) {
    const changed = applied.filter(({ action }) => action === 'created' || action === 'configured');
    const lines = changed.map(({ subject, action }) => `${subject} ${action}\n`).join('');
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${lines}`, { cause: error });
  }
  return applied;
}

function candidateOf(context: FluxContext, object: KubeObject, unknownKinds: UnknownKinds): Candidate {
  const resource = context.access.store.resources.ofObject(object);
  const { name } = object.metadata;
  const given = object.metadata.namespace ?? '';
  if (resource === undefined && unknownKinds === 'refuse') {
    const subject = subjectOf({ kind: object.kind, namespace: given, name });
    throw new Error(
      `${subject} dry-run failed: no matches for kind "${object.kind}" in version "${object.apiVersion}"`,
    );
  }
  const served = resource ?? serveKindOf(context, object);
  const namespace = served.namespaced ? given : '';
  const subject = subjectOf({ kind: object.kind, namespace: given, name });
  const { group, version } = splitApiVersion(object.apiVersion);
  const id = inventoryId({ namespace, name, group, kind: object.kind });
  return { object, resource: served, namespace, name, subject, entry: { id, v: version } };
}

function orderOf({ resource, namespace, name }: Candidate): Parameters<typeof compareForApply>[0] {
  return { group: resource.group, kind: resource.kind, namespace, name };
}

function applyStage(context: FluxContext, owner: KubeObject, candidates: readonly Candidate[]): AppliedObject[] {
  const writes: (() => void)[] = [];
  const applied = candidates.map((candidate): AppliedObject => {
    const { subject, entry } = candidate;
    const live = liveOf(context, candidate);
    const isKept = live !== undefined && isMarked(candidate.object, ONLY_CREATED);
    if (isMarked(candidate.object, LEFT_ALONE) || isMarked(live, LEFT_ALONE) || isKept)
      return { subject, entry, action: 'skipped' };
    const wanted = wantedObject(owner, candidate);
    const { before, after } = dryRun(context, owner, candidate, wanted, live);
    const isTakenOver =
      before !== undefined && takeOverFromKubectl(context, candidate.resource, candidate.object, before);
    if (before !== undefined && !isTakenOver && !hasDrifted(before, after))
      return { subject, entry, action: 'unchanged' };
    writes.push(() => write(context, candidate, wanted));
    return { subject, entry, action: before === undefined ? 'created' : 'configured' };
  });
  for (const writeOne of writes) writeOne();
  return applied;
}

function liveOf(context: FluxContext, { resource, namespace, name }: Candidate): KubeObject | undefined {
  return context.access.store.read(resource, namespace, name);
}

/** What would come of the apply. `before` is undefined when the object is new, or had to make way for it. */
function dryRun(
  context: FluxContext,
  owner: KubeObject,
  candidate: Candidate,
  wanted: KubeObject,
  live: KubeObject | undefined,
): { before: KubeObject | undefined; after: KubeObject } {
  try {
    return { before: live, after: patch(context, candidate, wanted, true) };
  } catch (error) {
    const isForced = owner.spec?.force === true || isMarked(candidate.object, FORCED) || isMarked(live, FORCED);
    if (live === undefined || !isForced || !isImmutableError(error)) throw dryRunError(candidate, error);
    context.access.store.remove(candidate.resource, candidate.namespace, candidate.name);
    return { before: undefined, after: wanted };
  }
}

function write(context: FluxContext, candidate: Candidate, wanted: KubeObject): void {
  try {
    patch(context, candidate, wanted, false);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${candidate.subject} apply failed: ${why}`, { cause: error });
  }
}

function patch(context: FluxContext, candidate: Candidate, wanted: KubeObject, isDryRun: boolean): KubeObject {
  const { resource, namespace, name } = candidate;
  if (resource.namespaced && namespace === '') {
    // No request path without a namespace leads to such an object.
    throw new StatusError(404, 'NotFound', 'the server could not find the requested resource');
  }
  const options = { fieldManager: MANAGER, force: true, dryRun: isDryRun };
  return context.access.patch(resource, namespace, name, 'apply', wanted, options).object;
}

function dryRunError({ subject, namespace }: Candidate, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof StatusError)) return new Error(`${subject} dry-run failed: ${message}`, { cause: error });
  if (error.reason === 'NotFound') {
    const what = namespace === '' ? 'namespace not specified' : 'not found';
    return new Error(`${subject} ${what}: ${message}`, { cause: error });
  }
  return new Error(`${subject} dry-run failed (${error.reason}): ${message}`, { cause: error });
}

function isImmutableError(error: unknown): boolean {
  if (error instanceof StatusError && (error.reason === 'Invalid' || error.reason === 'Conflict')) return true;
  return error instanceof Error && /is\simmutable|immutable\sfield/.test(error.message);
}

/** The manifest with the owner's labels and `commonMetadata`. */
function wantedObject(owner: KubeObject, { object, resource, namespace }: Candidate): KubeObject {
  const { status: _status, ...fields } = object;
  const { namespace: _namespace, ...metadata } = object.metadata;
  const common = isJsonObject(owner.spec?.commonMetadata) ? owner.spec.commonMetadata : {};
  const annotations = { ...metadata.annotations, ...stringsOf(common.annotations) };
  return {
    ...fields,
    metadata: {
      ...metadata,
      ...(resource.namespaced ? { namespace } : {}),
      labels: { ...metadata.labels, ...ownerLabels(owner), ...stringsOf(common.labels) },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
  };
}

function stringsOf(value: unknown): Readonly<Record<string, string>> {
  return isJsonObject(value) ? (value as Record<string, string>) : {};
}

/** Labels, annotations and everything beside metadata and status count. */
export function hasDrifted(before: KubeObject, after: KubeObject): boolean {
  const { metadata: _before, status: _statusBefore, ...bodyBefore } = before;
  const { metadata: _after, status: _statusAfter, ...bodyAfter } = after;
  return (
    !sameJson(before.metadata.labels ?? {}, after.metadata.labels ?? {}) ||
    !sameJson(before.metadata.annotations ?? {}, after.metadata.annotations ?? {}) ||
    !sameJson(bodyBefore, bodyAfter)
  );
}
