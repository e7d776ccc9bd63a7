import type { ServerResponse } from 'node:http';
import type { EmbeddedClock } from '../clock.ts';
import type { PodLogs } from '../pod-logs.ts';
import type { ObjectAccess } from '../store/object-access.ts';
import type { PatchType } from '../store/patch-body.ts';
import { apiVersionOf } from '../store/resource-registry.ts';
import type { WriteOptions } from '../store/write-options.ts';
import type { Answer } from './answer.ts';
import type { ResourcePath } from './api-path.ts';
import { isBuiltInGroup } from './built-in-groups.ts';
import { bodyFormat, bodyOf } from './request-body.ts';
import { StatusError } from './status-error.ts';
import type { Users } from './users.ts';
import type { WatchStream } from './watch-stream.ts';
import { type OptionsKind, writeOptions } from './write-query.ts';

/** What answers are made from. */
export interface Backend {
  readonly access: ObjectAccess;
  readonly clock: EmbeddedClock;
  readonly logs: PodLogs;
  readonly users: Users;
  /** The running watches, with the responses that they write to. */
  readonly watches: Map<WatchStream, ServerResponse>;
}

/** One request for a resource, on its way. */
export interface ResourceRequest {
  readonly answer: Answer;
  readonly path: ResourcePath;
  readonly verb: string;
  readonly query: URLSearchParams;
}

const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** Throws 415 for a Content-Type that is no patch, or none that the resource takes. */
export function patchType({ request }: Answer, { resource }: ResourcePath): PatchType {
  const contentType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  const type = PATCH_TYPES[contentType];
  if (isBuiltInGroup(resource.group)) {
    if (type !== undefined) return type;
    throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  }
  if (type !== undefined && type !== 'strategic') return type;
  const accepted = Object.keys(PATCH_TYPES).filter((each) => PATCH_TYPES[each] !== 'strategic');
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  throw new StatusError(415, 'UnsupportedMediaType', message);
}

/** How a write was asked for, apart from what is written. */
export function optionsOf(kind: OptionsKind, { answer, path, query }: ResourceRequest): WriteOptions {
  const { resource, version, subresource } = path;
  const options = writeOptions(kind, query, answer.request.headers['user-agent']);
  return {
    ...options,
    warn: answer.warn,
    apiVersion: apiVersionOf(resource, version),
    ...(subresource === 'status' || subresource === 'finalize' ? { subresource } : {}),
  };
}

/** The body, and what it is said to be: 415 comes before it is read. */
export async function sent(
  answer: Answer,
): Promise<{ readonly body: Buffer; readonly format: ReturnType<typeof bodyFormat> }> {
  const format = bodyFormat(answer.request);
  return { body: await bodyOf(answer.request), format };
}
