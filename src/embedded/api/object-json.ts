import type { KubeObject } from '../../domain/kube-object.ts';
import type { StoreEvent } from '../store/object-store.ts';

const serialised = new WeakMap<KubeObject, string>();

/** The object's JSON, made once for each version of it and shared by all who read it. */
export function objectJson(object: KubeObject, apiVersion = object.apiVersion): string {
  if (apiVersion !== object.apiVersion) return JSON.stringify({ ...object, apiVersion });
  const known = serialised.get(object);
  if (known !== undefined) return known;
  const json = JSON.stringify(object);
  serialised.set(object, json);
  return json;
}

const lines = new WeakMap<StoreEvent, Buffer>();

/** One line of a watch stream, made once for each event and shared by all watchers that see it as it is. */
export function watchLine(type: string, object: KubeObject, apiVersion: string, event?: StoreEvent): Buffer {
  const shared = event !== undefined && event.type === type && apiVersion === object.apiVersion;
  const known = shared ? lines.get(event) : undefined;
  if (known !== undefined) return known;
  const line = Buffer.from(`{"type":"${type}","object":${objectJson(object, apiVersion)}}\n`);
  if (shared) lines.set(event, line);
  return line;
}
