import type { KubeObject } from '../../domain/kube-object.ts';
import { objectJson } from './object-json.ts';

/** How the objects of a watch are written. Watches of one `key` share the text of an event. */
export interface WatchEncoding {
  readonly key: string;
  /** The JSON of `object` in an event, as the version of the request. */
  object(object: KubeObject, apiVersion: string): string;
}

export const plainEncoding: WatchEncoding = { key: '', object: objectJson };

/** The lines of one event, each made once for all watches that are to see the same. */
export class EventLines {
  readonly #lines = new Map<string, Buffer>();

  of(type: string, object: KubeObject, apiVersion: string, encoding: WatchEncoding): Buffer {
    const key = `${type} ${apiVersion} ${encoding.key}`;
    const known = this.#lines.get(key);
    if (known !== undefined) return known;
    const made = watchLine(type, encoding.object(object, apiVersion));
    this.#lines.set(key, made);
    return made;
  }
}

export function watchLine(type: string, json: string): Buffer {
  return Buffer.from(`{"type":"${type}","object":${json}}\n`);
}
