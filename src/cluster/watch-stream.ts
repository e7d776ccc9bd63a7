import type { IncomingMessage } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import type { KubeObject } from '../domain/kube-object.ts';

/** One line of a watch. BOOKMARK objects carry a resourceVersion and little else; the object of ERROR is a metav1.Status. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

export class BrokenStreamError extends Error {
  constructor(found: string, options?: ErrorOptions) {
    super(`the watch stream broke off: expected a whole JSON event on each line, found ${found}`, options);
    this.name = 'BrokenStreamError';
  }
}

const EVENT_CHARACTERS_MAX = 64 * 1024 * 1024;
const EVENT_TYPES: ReadonlySet<unknown> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']);

/**
 * Reads a watch response event by event, until it ends. Rejects with BrokenStreamError where it ends inside an event or a line is no
 * event, and with the connection's error where that is lost.
 */
export async function readWatchEvents(response: IncomingMessage, onEvent: (event: WatchEvent) => void): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > EVENT_CHARACTERS_MAX)
      throw new BrokenStreamError(`a line beyond ${EVENT_CHARACTERS_MAX} characters`);
    for (const line of lines) {
      if (line.trim() !== '') onEvent(parseEvent(line));
    }
  }
  if (rest.trim() !== '') throw new BrokenStreamError(`${rest.length} characters of an unfinished one`);
}

function parseEvent(line: string): WatchEvent {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (cause) {
    throw new BrokenStreamError('a line that is no JSON', { cause });
  }
  if (!isWatchEvent(parsed)) throw new BrokenStreamError('JSON without the fields type and object');
  return parsed;
}

function isWatchEvent(value: unknown): value is WatchEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { type, object } = value as Record<string, unknown>;
  return EVENT_TYPES.has(type) && typeof object === 'object' && object !== null;
}
