import { createInterface } from 'node:readline';
import type { Endpoint } from './endpoint.ts';
import { type Answer, answerOf, type RequestOptions, respond } from './exchange.ts';
import type { ApiObject } from './subject.ts';

export interface WatchEvent {
  readonly type: string;
  readonly object: ApiObject;
}

/** A watch and what came through it so far. */
export interface Watch {
  readonly status: number;
  readonly contentType: string | undefined;
  /** The whole answer, of a watch that was refused. */
  readonly refusal: Answer | undefined;
  readonly events: readonly WatchEvent[];
  /** The next event that was not asked for yet and fits, skipping those that do not. Rejects after 10 s, or at the stream's end. */
  next(fits?: (event: WatchEvent) => boolean): Promise<WatchEvent>;
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
  close(): void;
}

const PATIENCE_MS = 60_000;

export async function openWatch(endpoint: Endpoint, path: string, options: RequestOptions): Promise<Watch> {
  const response = await respond(endpoint, 'GET', path, options);
  if (response.statusCode !== 200) return refused(response);
  const events: WatchEvent[] = [];
  let read = 0;
  let over = false;
  let wake = (): void => undefined;
  const lines = createInterface({ input: response });
  lines.on('line', (line) => {
    if (line !== '') events.push(JSON.parse(line) as WatchEvent);
    wake();
  });
  response.on('error', () => lines.close());
  const ended = new Promise<void>((resolve) => {
    lines.once('close', () => {
      over = true;
      wake();
      resolve();
    });
  });

  async function next(fits: (event: WatchEvent) => boolean = () => true): Promise<WatchEvent> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const event = events[read];
      if (event !== undefined) {
        read++;
        if (fits(event)) return event;
      } else if (over || Date.now() >= deadline) {
        const seen = events.map(({ type, object }) => `${type} ${object.metadata?.name}`).join(', ');
        throw new Error(`expected another event ${over ? 'before the end' : 'in time'}, found: ${seen || 'none'}`);
      } else {
        await woken(deadline - Date.now());
      }
    }
  }

  function woken(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  const contentType = response.headers['content-type'];
  return { status: 200, contentType, refusal: undefined, events, next, ended, close: () => response.destroy() };
}

async function refused(response: Awaited<ReturnType<typeof respond>>): Promise<Watch> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const refusal = answerOf(response, Buffer.concat(chunks).toString('utf8'));
  return {
    status: refusal.status,
    contentType: refusal.headers['content-type'],
    refusal,
    events: [],
    next: () => Promise.reject(new Error(`expected a watch, found ${refusal.status}: ${refusal.text}`)),
    ended: Promise.resolve(),
    close: () => undefined,
  };
}
