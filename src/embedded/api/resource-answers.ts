import { DecodingError } from '../schema/decoding-error.ts';
import { PatchBody } from '../store/patch-body.ts';
import type { WriteOptions } from '../store/write-options.ts';
import type { Answer } from './answer.ts';
import type { ResourcePath } from './api-path.ts';
import { deleteCollection, deletedStatus, deleteOne } from './delete-response.ts';
import { duplicateFields } from './duplicate-fields.ts';
import { requireStream } from './encoding.ts';
import { listPage } from './list-page.ts';
import { sendList, sendObject, watchEncodingOf } from './object-answer.ts';
import { namedObjectOf, objectOf } from './object-body.ts';
import { revisionFault, tooLargeRevision } from './query-values.ts';
import { bodyFormat, bodyOf, decodeBody, UnreadableBody } from './request-body.ts';
import { isTrue } from './request-info.ts';
import { type Backend, optionsOf, patchType, type ResourceRequest, sent } from './resource-request.ts';
import { badRequest, methodNotAllowed, StatusError } from './status-error.ts';
import { startWatch, type WatchStream } from './watch-stream.ts';
import { requireNoForce } from './write-query.ts';

const DEPRECATED: Readonly<Record<string, string>> = {
  '/endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

/** Answers a request for objects. */
export async function answerResource(backend: Backend, asked: ResourceRequest): Promise<void> {
  const { answer, path, query, verb } = asked;
  const { access, clock } = backend;
  const { store } = access;
  const { resource, namespace, name = '', subresource } = path;
  const deprecation = DEPRECATED[`${resource.group}/${resource.plural}`];
  if (deprecation !== undefined) answer.warn(deprecation);
  if (subresource !== undefined && subresource !== 'status') {
    // Imported with the first such request: the server starts sooner.
    const { answerSubresource } = await import('./subresource-answers.ts');
    return await answerSubresource(backend, asked);
  }
  switch (verb) {
    case 'watch':
      return await answerWatch(backend, asked);
    case 'list':
      return await sendList(answer, listPage(store, path, query), path, query, clock);
    case 'get':
      requireRevision(query, store.revision);
      return await sendObject(answer, 200, store.get(resource, namespace, name), path, query, clock);
    case 'create': {
      const { body, format } = await sent(answer);
      const options = optionsOf('CreateOptions', asked);
      const given = await objectOf(body, format, path, store.resources);
      if (format === 'json') refuseDuplicates(body, path, options);
      const object = store.create(resource, given, options);
      return await sendObject(answer, 201, object, path, query, clock);
    }
    case 'update': {
      const { body, format } = await sent(answer);
      const options = optionsOf('UpdateOptions', asked);
      const given = await namedObjectOf(body, format, path, store.resources);
      if (format === 'json') refuseDuplicates(body, path, options);
      const { object, created } = store.replace(resource, given, options);
      return await sendObject(answer, created ? 201 : 200, object, path, query, clock);
    }
    case 'patch':
      return await answerPatch(backend, asked);
    case 'delete': {
      const deleted = deleteOne(store, path, query, await deletion(answer));
      if (deleted.isShown) return await sendObject(answer, 200, deleted.object, path, query, clock);
      return await answer.document(200, deletedStatus(path, deleted.object));
    }
    case 'deletecollection': {
      const page = deleteCollection(store, path, query, await deletion(answer));
      return await sendList(answer, page, path, query, clock);
    }
    default:
      throw methodNotAllowed();
  }
}

/** 400 for fields that are given twice, or warnings of them. */
function refuseDuplicates(body: Buffer, { resource, version }: ResourcePath, options: WriteOptions): void {
  if (options.fieldValidation === 'Ignore') return;
  const texts = duplicateFields(body.toString()).map((field) => `duplicate field ${JSON.stringify(field)}`);
  if (options.fieldValidation === 'Strict' && texts.length > 0) {
    throw new DecodingError(resource.kind, version, `strict decoding error: ${texts.join(', ')}`);
  }
  for (const text of texts) options.warn?.(text);
}

/** A get may ask for at least some revision: any that is known will do. */
function requireRevision(query: URLSearchParams, current: number): void {
  const given = query.get('resourceVersion') ?? '';
  if (given === '') return;
  const fault = revisionFault(given);
  if (fault !== undefined) throw new StatusError(500, '', fault);
  if (Number(given) > current) throw tooLargeRevision(Number(given), current);
}

async function answerWatch(
  { access, clock, watches }: Backend,
  { answer, path, query }: ResourceRequest,
): Promise<void> {
  requireStream(answer.encoding);
  const encoding = await watchEncodingOf(answer, path, query, clock);
  const { response } = answer;
  for (const [header, value] of Object.entries(answer.headers(''))) response.setHeader(header, value);
  const onEnd = (ended: WatchStream): void => void watches.delete(ended);
  const stream = startWatch(access.store, clock, path, query, response, onEnd, encoding);
  if (!response.writableEnded && !response.destroyed) watches.set(stream, response);
}

async function answerPatch({ access, clock }: Backend, asked: ResourceRequest): Promise<void> {
  const { answer, path, query } = asked;
  const { resource, namespace, name = '' } = path;
  const type = patchType(answer, path);
  const patch = await PatchBody.of(type, (await bodyOf(answer.request)).toString());
  const options = optionsOf('PatchOptions', asked);
  if (type !== 'apply') requireNoForce(query);
  const { fieldManager: _manager, ...rest } = options;
  // An apply has to say who it is: a User-Agent does not count.
  const manager = type === 'apply' ? (query.get('fieldManager') ?? '') : (options.fieldManager ?? '');
  const patched = access.patch(resource, namespace, name, type, patch, {
    ...rest,
    fieldManager: manager,
    ...(type === 'apply' && query.has('force') ? { force: isTrue(query.get('force')) } : {}),
  });
  await sendObject(answer, patched.created ? 201 : 200, patched.object, path, query, clock);
}

/** The body of a deletion; undefined when there is none. */
async function deletion(answer: Answer): Promise<unknown> {
  const body = await bodyOf(answer.request);
  if (body.length === 0) return undefined;
  try {
    return (await decodeBody(body, bodyFormat(answer.request))) ?? {};
  } catch (error) {
    if (error instanceof UnreadableBody) throw badRequest(error.message);
    throw error;
  }
}
