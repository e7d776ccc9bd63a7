import { createHash } from 'node:crypto';
import { applicationSource } from '../argo/application-source.ts';
import { isApplication } from '../argo/is-application.ts';
import { sameJson } from '../canonical-json.ts';
import type { KubeObject } from '../kube-object.ts';
import { asFields, asText, type Fields } from '../object-fields.ts';
import { type ObjectId, objectId } from '../target.ts';
import { applicationIsolation } from './application-marks.ts';
import {
  type DamagedIsolation,
  ORIGINAL_HASH,
  parsedMark,
  recordHash,
  SESSION,
  type SessionIsolation,
} from './isolation-record.ts';
import { isOwnSourceName } from './own-source-name.ts';

export {
  type DamagedIsolation,
  isIsolated,
  ORIGINAL_HASH,
  SESSION,
  type SessionIsolation,
} from './isolation-record.ts';

/** On a target: JSON of `spec.sourceRef` exactly as it was. */
export const ORIGINAL_SOURCE_REF = 'reconcile-machine.dev/original-source-ref';
/** On a target: JSON (string or null) of what `FLUX_RECONCILE` was; only where the tool set it. */
export const ORIGINAL_RECONCILE = 'reconcile-machine.dev/original-reconcile';
/** On an own source: `Kustomization/<namespace>/<name>`, the target that it is for. */
export const ISOLATED_FOR = 'reconcile-machine.dev/isolated-for';
/** Flux's annotation on an object that a Kustomization applies: `disabled` keeps that Kustomization from touching it. */
export const FLUX_RECONCILE = 'kustomize.toolkit.fluxcd.io/reconcile';
export const FLUX_RECONCILE_DISABLED = 'disabled';
export const MANAGED_BY = 'app.kubernetes.io/managed-by';
export const MANAGER = 'reconcile-machine';

/** All that a session puts on a target, beside `FLUX_RECONCILE`. */
export const TARGET_MARKS = [SESSION, ORIGINAL_SOURCE_REF, ORIGINAL_RECONCILE, ORIGINAL_HASH] as const;

/** The source that the target read before; its reference may leave out the `namespace` of the target. */
export function originalSourceOf({ originalSourceRef }: SessionIsolation, namespace: string): ObjectId {
  if (originalSourceRef.repoURL !== undefined) return applicationSource(originalSourceRef).id;
  const { kind, namespace: named, name } = originalSourceRef;
  return objectId(asText(kind) ?? '?', asText(named) ?? namespace, asText(name) ?? '?');
}

/** What a session put on this target: undefined for a target without any mark. */
export function sessionIsolation(object: KubeObject): SessionIsolation | DamagedIsolation | undefined {
  if (isApplication(object)) return applicationIsolation(object);
  const annotations = object.metadata.annotations ?? {};
  if (TARGET_MARKS.every((mark) => annotations[mark] === undefined)) return undefined;
  const session = asText(annotations[SESSION]);
  const record = originalOf(annotations);
  if (record === undefined || session === undefined) {
    const damaged = `the record of its original source is incomplete or was edited (annotations ${TARGET_MARKS.join(', ')})`;
    return { damaged, why: 'unreadable', session };
  }
  const current = asFields(asFields(object.spec).sourceRef);
  if (sameJson(current, record.sourceRef)) {
    return { damaged: 'its sourceRef is the original one again', why: 'put-back', session };
  }
  const ownSource = ownSourceOf(object, current);
  if (ownSource === undefined) {
    return { damaged: `somebody pointed it at ${shown(current)}`, why: 'repointed', session };
  }
  return { session, ownSource, originalSourceRef: record.sourceRef, originalReconcile: record.reconcile };
}

/** What was on a target before. */
export interface Original {
  readonly sourceRef: Fields;
  readonly reconcile: string | null | undefined;
}

/** The annotations that tell `original`. */
export function originalAnnotations(original: Original): Readonly<Record<string, string>> {
  const { sourceRef, reconcile } = original;
  return {
    [ORIGINAL_SOURCE_REF]: JSON.stringify(sourceRef),
    ...(reconcile === undefined ? {} : { [ORIGINAL_RECONCILE]: JSON.stringify(reconcile) }),
    [ORIGINAL_HASH]: recordHash({ sourceRef, reconcile }),
  };
}

/** Undefined where the record is not whole. */
export function originalOf(annotations: Readonly<Record<string, unknown>>): Original | undefined {
  const sourceRef = parsedMark(annotations[ORIGINAL_SOURCE_REF]);
  const reconcile = parsedMark(annotations[ORIGINAL_RECONCILE]);
  if (typeof sourceRef !== 'object' || sourceRef === null || Array.isArray(sourceRef)) return undefined;
  if (reconcile !== undefined && reconcile !== null && typeof reconcile !== 'string') return undefined;
  if (reconcile === undefined && annotations[ORIGINAL_RECONCILE] !== undefined) return undefined;
  const original: Original = { sourceRef: sourceRef as Fields, reconcile };
  return annotations[ORIGINAL_HASH] === recordHash({ sourceRef, reconcile }) ? original : undefined;
}

/** Hex sha256 that names a directory of a host without telling either: its next session knows the earlier one by it. */
export function directoryMark(host: string, absoluteDirectory: string): string {
  return createHash('sha256').update(`${host}\0${absoluteDirectory}`).digest('hex');
}

function ownSourceOf(target: KubeObject, { kind, name, namespace }: Fields): ObjectId | undefined {
  const { namespace: home = 'default', name: targetName } = target.metadata;
  if (kind !== 'OCIRepository' || typeof name !== 'string') return undefined;
  if (namespace !== undefined && namespace !== home) return undefined;
  if (!isOwnSourceName({ namespace: home, name: targetName }, name)) return undefined;
  return objectId('OCIRepository', home, name);
}

function shown({ kind, namespace, name }: Fields): string {
  return [asText(kind) ?? '?', asText(namespace), asText(name) ?? '?'].filter((part) => part !== undefined).join('/');
}
