import { afterAll, beforeAll, it } from 'vitest';
import { Api } from './api.ts';
import type { RequestOptions } from './exchange.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';
import type { Refusal } from './refusal.ts';
import type { ApiSubject } from './subject.ts';

/** Registers cases against one subject. */
export interface Contract {
  readonly subject: () => ApiSubject;
  /** What the cases of the surrounding describe share. */
  before(body: (api: Api) => Promise<void>): void;
  /** One case, in a namespace of its own. */
  case(name: string, body: (api: Api) => Promise<void>): void;
  /** One case a row. */
  refusals(rows: readonly RefusedRequest[]): void;
}

/** A request that the server refuses: what the case promises, method and path, the rest of it, the answer. */
export type RefusedRequest = readonly [it: string, on: string, request: Prepared, refusal: Refusal];

export interface Prepared extends RequestOptions {
  /** Objects made before: the path of the collection and the body. */
  readonly given?: readonly (readonly [path: string, body: unknown])[];
}

/** Starts the subject before the cases of the surrounding describe and stops it after them. */
export function contractOf(name: ApiSubject['name'], start: () => Promise<ApiSubject>): Contract {
  let started: ApiSubject | undefined;
  const subject = (): ApiSubject => {
    if (started === undefined) throw new Error('expected a started subject: a case asks for it when it runs');
    return started;
  };
  const differences = new Set(name === 'embedded' ? KNOWN_DIFFERENCES.map((difference) => difference.case) : []);
  beforeAll(async () => {
    started = await start();
  }, 90_000);
  afterAll(() => started?.stop());

  function addCase(title: string, body: (api: Api) => Promise<void>): void {
    // Listed and yet the same is a failure too: the list of differences stays honest.
    const add = differences.has(title) ? it.fails : it;
    add(title, async () => body(new Api(subject(), await subject().namespace())));
  }

  return {
    subject,
    before: (body) => beforeAll(async () => body(new Api(subject(), await subject().namespace())), 60_000),
    case: addCase,
    refusals(rows) {
      for (const row of rows) addCase(row[0], (api) => isRefused(api, row));
    },
  };
}

async function isRefused(api: Api, [, on, { given = [], ...options }, refusal]: RefusedRequest): Promise<void> {
  for (const [path, body] of given) await api.created(path, body);
  const [method = '', path = ''] = on.split(' ');
  api.expectRefusal(await api.request(method, path, options), refusal);
}
