import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, asString, type JsonObject } from '../json-value.ts';

/** The sources of an Application in their order. */
export function sourcesOf({ spec = {} }: KubeObject): {
  readonly sources: readonly JsonObject[];
  readonly isMulti: boolean;
} {
  const listed = asArray(spec.sources).map(asObject);
  if (listed.length > 0) return { sources: listed, isMulti: true };
  return { sources: spec.source === undefined ? [] : [asObject(spec.source)], isMulti: false };
}

/** What was compared: `status.sync.comparedTo` has the same shape. */
export function comparedTo(application: KubeObject): JsonObject {
  const { spec = {} } = application;
  const { sources, isMulti } = sourcesOf(application);
  return {
    destination: asObject(spec.destination),
    ...(isMulti ? { sources } : { source: sources[0] ?? {} }),
    ...(spec.ignoreDifferences === undefined ? {} : { ignoreDifferences: spec.ignoreDifferences }),
  };
}

export interface AutomatedSync {
  readonly prune: boolean;
  readonly selfHeal: boolean;
  readonly allowEmpty: boolean;
}

/** Undefined where nobody syncs it by itself. */
export function automatedSync({ spec = {} }: KubeObject): AutomatedSync | undefined {
  const { automated } = asObject(spec.syncPolicy);
  if (automated === undefined || automated === null) return undefined;
  const { enabled, prune, selfHeal, allowEmpty } = asObject(automated);
  if (enabled === false) return undefined;
  return { prune: prune === true, selfHeal: selfHeal === true, allowEmpty: allowEmpty === true };
}

export function syncOptionsOf({ spec = {} }: KubeObject): readonly string[] {
  return asArray(asObject(spec.syncPolicy).syncOptions).filter((option) => typeof option === 'string');
}

export function destinationNamespace({ spec = {} }: KubeObject): string {
  return asString(asObject(spec.destination).namespace) ?? '';
}

export function projectName({ spec = {} }: KubeObject): string {
  return asString(spec.project) || 'default';
}

/** True when `option` is among the comma-separated ones of an annotation: `Prune=false,Validate=false`. */
export function hasOption(object: KubeObject | undefined, annotation: string, option: string): boolean {
  const written = object?.metadata.annotations?.[annotation] ?? '';
  return written.split(',').some((each) => each.trim() === option);
}

export const SYNC_OPTIONS = 'argocd.argoproj.io/sync-options';
