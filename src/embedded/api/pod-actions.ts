import type { KubeObject } from '../../domain/kube-object.ts';
import { asObject, type JsonObject } from '../json-value.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { ApiResource } from '../store/resource-registry.ts';
import type { WriteOptions } from '../store/write-options.ts';
import { badRequest, StatusError } from './status-error.ts';

export const CREATED: JsonObject = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

/** `POST pods/<name>/binding`: what a scheduler does. */
export function bindPod(
  store: ObjectStore,
  pods: ApiResource,
  namespace: string,
  name: string,
  binding: JsonObject,
  options: WriteOptions,
): void {
  const pod = store.get(pods, namespace, name);
  const node = asObject(binding.target).name;
  const spec = asObject(pod.spec);
  if (typeof spec.nodeName === 'string' && spec.nodeName !== '') {
    const why = `pod ${name} is already assigned to node "${spec.nodeName}"`;
    const message = `Operation cannot be fulfilled on pods/binding "${name}": ${why}`;
    throw new StatusError(409, 'Conflict', message, { name, kind: 'pods/binding' });
  }
  store.update(pods, { ...pod, spec: { ...spec, nodeName: node } }, options);
  const status = asObject(store.get(pods, namespace, name).status);
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null };
  const conditions = [...(Array.isArray(status.conditions) ? status.conditions : []), scheduled];
  if (options.dryRun === true) return;
  const bound = store.get(pods, namespace, name);
  store.update(pods, { ...bound, status: { ...status, conditions } }, { ...options, subresource: 'status' });
}

/** `POST pods/<name>/eviction`: what `kubectl drain` does. No disruption budget is looked at: nothing here counts healthy pods. */
export function evictPod(store: ObjectStore, pods: ApiResource, pod: KubeObject, eviction: JsonObject): void {
  const { name, namespace = '' } = pod.metadata;
  const given = asObject(eviction.metadata).name;
  if (typeof given === 'string' && given !== '' && given !== name) {
    throw badRequest('name in URL does not match name in Eviction object');
  }
  const options = asObject(eviction.deleteOptions);
  const { gracePeriodSeconds, dryRun } = options;
  store.delete(pods, namespace, name, {
    ...(typeof gracePeriodSeconds === 'number' ? { gracePeriodSeconds } : {}),
    ...(Array.isArray(dryRun) && dryRun.length > 0 ? { dryRun: true } : {}),
  });
}
