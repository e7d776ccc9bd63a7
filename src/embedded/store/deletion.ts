import type { KubeObject } from '../../domain/kube-object.ts';
import { rfc3339 } from '../clock.ts';
import { asObject, sameJson } from '../json-value.ts';
import { finalizersOf } from './object-version.ts';
import type { ApiResource } from './resource-registry.ts';
import type { DeleteOptions } from './write-options.ts';

export const FOREGROUND_FINALIZER = 'foregroundDeletion';
export const ORPHAN_FINALIZER = 'orphan';
export const DEFINITION_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/** `marked` differs from the object when it is to be stored; `isGone`: then the object is removed. */
export interface Deletion {
  readonly marked: KubeObject;
  readonly isGone: boolean;
}

/** What the deletion of `object` comes to: it goes, or it is marked and stays for its finalizers or its grace period. */
export function deletionOf(resource: ApiResource, object: KubeObject, options: DeleteOptions, nowMs: number): Deletion {
  if (resource.kind === 'Namespace' && resource.group === '') return namespaceDeletion(object, nowMs);
  if (resource.kind === 'CustomResourceDefinition') return definitionDeletion(object, nowMs);
  const finalizers = resource.kind === 'Event' ? finalizersOf(object) : finalizersAfter(object, options);
  const graceSeconds = resource.kind === 'Pod' && resource.group === '' ? podGraceSeconds(object, options) : undefined;
  if (graceSeconds === undefined && finalizers.length === 0) return { marked: object, isGone: true };
  const timed = markedFor(object, graceSeconds, options, nowMs);
  // Within its grace period a Pod takes nothing but a shorter one.
  if (timed === object && typeof graceSeconds === 'number') return { marked: object, isGone: false };
  const marked = withFinalizers(timed, finalizers);
  const isGone = finalizers.length === 0 && marked.metadata.deletionGracePeriodSeconds === 0;
  return { marked: sameJson(marked, object) ? object : marked, isGone };
}

/** Whether an update that left `object` was the last thing its deletion waited for. */
export function isReleased(resource: ApiResource, object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = object.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds !== 0) return false;
  if (finalizersOf(object).length > 0) return false;
  return resource.kind !== 'Namespace' || resource.group !== '' || namespaceFinalizers(object).length === 0;
}

export function namespaceFinalizers(namespace: KubeObject): readonly unknown[] {
  const { finalizers } = namespace.spec ?? {};
  return Array.isArray(finalizers) ? finalizers : [];
}

function finalizersAfter(object: KubeObject, { propagationPolicy }: DeleteOptions): readonly string[] {
  const before = finalizersOf(object);
  if (propagationPolicy === undefined) return before;
  const others = before.filter((name) => name !== FOREGROUND_FINALIZER && name !== ORPHAN_FINALIZER);
  if (propagationPolicy === 'Foreground') return [...others, FOREGROUND_FINALIZER];
  return propagationPolicy === 'Orphan' ? [...others, ORPHAN_FINALIZER] : others;
}

/** How long a Pod may go on: nobody runs one that is not scheduled, or that has ended. */
function podGraceSeconds(pod: KubeObject, { gracePeriodSeconds }: DeleteOptions): number {
  const { nodeName, terminationGracePeriodSeconds } = asObject(pod.spec);
  const { phase } = asObject(pod.status);
  if (nodeName === undefined || nodeName === '' || phase === 'Succeeded' || phase === 'Failed') return 0;
  const wanted = gracePeriodSeconds ?? terminationGracePeriodSeconds;
  if (typeof wanted !== 'number') return 30;
  return wanted < 0 ? 1 : wanted;
}

function markedFor(
  object: KubeObject,
  graceSeconds: number | undefined,
  options: DeleteOptions,
  nowMs: number,
): KubeObject {
  const { deletionTimestamp, deletionGracePeriodSeconds, generation } = object.metadata;
  if (deletionTimestamp === undefined) {
    return withMetadata(object, {
      deletionTimestamp: rfc3339(nowMs + (graceSeconds ?? 0) * 1_000),
      deletionGracePeriodSeconds: graceSeconds ?? 0,
      ...(generation === undefined || generation === 0 ? {} : { generation: generation + 1 }),
    });
  }
  const before = typeof deletionGracePeriodSeconds === 'number' ? deletionGracePeriodSeconds : 0;
  // A second request may only shorten what is left, and only when it says so.
  const isAsked = options.gracePeriodSeconds !== undefined || graceSeconds === 0;
  if (graceSeconds === undefined || !isAsked || graceSeconds >= before) return object;
  const endMs = Date.parse(deletionTimestamp) + (graceSeconds - before) * 1_000;
  return withMetadata(object, { deletionTimestamp: rfc3339(endMs), deletionGracePeriodSeconds: graceSeconds });
}

/** A namespace has no grace period; who empties it takes `kubernetes` from `spec.finalizers`. */
function namespaceDeletion(namespace: KubeObject, nowMs: number): Deletion {
  if (isReleasedNamespace(namespace)) return { marked: namespace, isGone: true };
  if (namespace.metadata.deletionTimestamp !== undefined) return { marked: namespace, isGone: false };
  const marked = withMetadata(namespace, { deletionTimestamp: rfc3339(nowMs) });
  return { marked: { ...marked, status: { ...namespace.status, phase: 'Terminating' } }, isGone: false };
}

function isReleasedNamespace(namespace: KubeObject): boolean {
  return namespaceFinalizers(namespace).length === 0 && finalizersOf(namespace).length === 0;
}

function definitionDeletion(definition: KubeObject, nowMs: number): Deletion {
  if (definition.metadata.deletionTimestamp !== undefined) {
    return { marked: definition, isGone: finalizersOf(definition).length === 0 };
  }
  const marked = withMetadata(definition, { deletionTimestamp: rfc3339(nowMs) });
  const finalizers = finalizersOf(definition);
  const conditions = asObject(definition.status).conditions;
  const terminating = {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime: rfc3339(nowMs),
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
  const status = { ...definition.status, conditions: [...(Array.isArray(conditions) ? conditions : []), terminating] };
  const all = finalizers.includes(DEFINITION_FINALIZER) ? finalizers : [...finalizers, DEFINITION_FINALIZER];
  return { marked: { ...withFinalizers(marked, all), status }, isGone: false };
}

export function withFinalizers(object: KubeObject, finalizers: readonly string[]): KubeObject {
  if (sameJson(finalizers, finalizersOf(object))) return object;
  const { finalizers: _before, ...metadata } = object.metadata;
  return { ...object, metadata: finalizers.length === 0 ? metadata : { ...metadata, finalizers } };
}

function withMetadata(object: KubeObject, fields: Readonly<Record<string, unknown>>): KubeObject {
  return { ...object, metadata: { ...object.metadata, ...fields } };
}
