import { expect } from 'vitest';
import { eventually } from './eventually.ts';
import type { Answer, RequestOptions } from './exchange.ts';
import { DEFINITIONS } from './objects.ts';
import type { Refusal } from './refusal.ts';
import type { ApiObject, ApiSubject } from './subject.ts';
import type { Watch } from './watch.ts';

export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';
export const STRATEGIC_PATCH = 'application/strategic-merge-patch+json';
export const APPLY_PATCH = 'application/apply-patch+yaml';

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

/** The subject as one test sees it: with a namespace of its own, which `{ns}` stands for in paths and bodies. */
export class Api {
  readonly subject: ApiSubject;
  readonly ns: string;
  constructor(subject: ApiSubject, ns: string) {
    this.subject = subject;
    this.ns = ns;
  }

  request(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    return this.subject.request(method, this.filled(path), this.filledOptions(options));
  }

  get(path: string, options: RequestOptions = {}): Promise<Answer> {
    return this.request('GET', path, options);
  }

  post(path: string, body: unknown, options: RequestOptions = {}): Promise<Answer> {
    return this.request('POST', path, { ...options, body });
  }

  put(path: string, body: unknown, options: RequestOptions = {}): Promise<Answer> {
    return this.request('PUT', path, { ...options, body });
  }

  patch(path: string, contentType: string, body: unknown, options: RequestOptions = {}): Promise<Answer> {
    return this.request('PATCH', path, { ...options, body, contentType });
  }

  delete(path: string, body?: unknown, options: RequestOptions = {}): Promise<Answer> {
    return this.request('DELETE', path, { ...options, ...(body === undefined ? {} : { body }) });
  }

  /** The object that a request which must succeed answers with. */
  async created(path: string, body: unknown): Promise<ApiObject> {
    const answer = await this.post(path, body);
    expect(answer.status, answer.text).toBe(201);
    if (answer.object.kind === 'CustomResourceDefinition') await this.served(answer.object.metadata.name);
    return answer.object;
  }

  /** Resolves when the server serves each served version of a definition: the real one takes some milliseconds. */
  async served(definitionName: string): Promise<void> {
    const { spec } = (await this.read(`${DEFINITIONS}/${definitionName}`)) as unknown as Definition;
    for (const { name, served } of spec.versions) {
      if (!served) continue;
      const path = `/apis/${spec.group}/${name}/${spec.names.plural}`;
      await eventually(async () => (await this.get(path)).status === 200, `${path} to be served`);
    }
  }

  /** The object as it is now. */
  async read(path: string): Promise<ApiObject> {
    const answer = await this.get(path);
    expect(answer.status, answer.text).toBe(200);
    return answer.object;
  }

  watch(path: string, options: RequestOptions = {}): Promise<Watch> {
    return this.subject.watch(this.filled(path), options);
  }

  /** `template` with the test's namespace where `{ns}` stands. */
  filled<T>(template: T): T {
    if (Buffer.isBuffer(template)) return template;
    if (typeof template === 'string') return template.replaceAll('{ns}', this.ns) as T;
    return template === undefined ? template : (JSON.parse(JSON.stringify(template).replaceAll('{ns}', this.ns)) as T);
  }

  /** Asserts the whole Status, no field more or less. */
  expectRefusal(answer: Answer, { code, ...refusal }: Refusal): void {
    expect(generalised(answer.object), answer.text).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      code,
      ...this.filled(refusal),
    });
    expect(answer.status).toBe(code);
  }

  private filledOptions(options: RequestOptions): RequestOptions {
    return options.body === undefined ? options : { ...options, body: this.filled(options.body) };
  }
}

const VARYING = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '{uid}'],
  [/20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '{time}'],
  [/(resourceVersion[\\":]+)\d{2,}/g, '$1{version}'],
  [/(ResourceVersion in record \()\d+/g, '$1{version}'],
  [/-[bcdfghjklmnpqrstvwxz2456789]{5}"/g, '-{suffix}"'],
  [/-[bcdfghjklmnpqrstvwxz2456789]{5}\\"/g, '-{suffix}\\"'],
] as const;

/** `answer` with names in place of what differs from run to run, also inside texts that quote an object. */
export function generalised(answer: unknown): unknown {
  let text = JSON.stringify(answer);
  for (const [varying, name] of VARYING) text = text.replaceAll(varying, name);
  return JSON.parse(text);
}
