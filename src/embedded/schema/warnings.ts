import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray } from '../json-value.ts';
import type { ApiResource } from '../store/api-resource.ts';
import type { WriteOptions } from '../store/write-options.ts';
import { dnsLabel } from './name-formats.ts';

type Warn = WriteOptions['warn'];

/** Kinds whose names become host names. */
const HOST_NAMED: ReadonlySet<string> = new Set(['Pod', 'ReplicaSet', 'Deployment', 'Job', 'CronJob']);

/** A new object's name may be valid and still make trouble. */
export function warnOfName({ kind }: ApiResource, { metadata }: KubeObject, warn: Warn): void {
  if (warn === undefined || !HOST_NAMED.has(kind)) return;
  const why = dnsLabel(metadata.name);
  if (why.length === 0) return;
  const trouble = 'this is used in Pod names and hostnames, which can result in surprising behavior';
  warn(`metadata.name: ${trouble}; a DNS label is recommended: [${why.join(', ')}]`);
}

/** Finalizers of custom resources that two writers might both think of. */
export function warnOfFinalizers({ metadata }: KubeObject, before: KubeObject | undefined, warn: Warn): void {
  if (warn === undefined || metadata.finalizers === undefined) return;
  const known = asArray(before?.metadata.finalizers);
  for (const finalizer of asArray(metadata.finalizers)) {
    const name = String(finalizer);
    if (name.includes('/') || known.includes(finalizer) || STANDARD.has(name)) continue;
    const path = name.includes('.') ? ' including a path (/)' : '';
    const advice = `prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`;
    warn(`metadata.finalizers: ${JSON.stringify(name)}: ${advice}`);
  }
}

const STANDARD: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);
