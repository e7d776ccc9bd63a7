import type { KubeObject } from '../../domain/kube-object.ts';
import { asObject, isJsonObject, type JsonObject } from '../json-value.ts';
import { jsonPatch } from '../store/json-patch.ts';
import { mergePatch } from '../store/merge-patch.ts';
import { PatchBody, patchOf } from '../store/patch-body.ts';
import { sendObject } from './object-answer.ts';
import { namedObjectOf, requireName } from './object-body.ts';
import { bindPod, CREATED, evictPod } from './pod-actions.ts';
import { answerPodLog } from './pod-log-answer.ts';
import { bodyOf, objectBody } from './request-body.ts';
import { type Backend, optionsOf, patchType, type ResourceRequest, sent } from './resource-request.ts';
import { scaleOf, writeScale } from './scale-answer.ts';
import { issueToken } from './service-account-token.ts';
import { pathNotFound } from './status-error.ts';

/** Answers what lies behind an object and is not its status. */
export async function answerSubresource(backend: Backend, asked: ResourceRequest): Promise<void> {
  const { access, clock, logs, users } = backend;
  const { store } = access;
  const { answer, path, query } = asked;
  const { resource, namespace, name = '', subresource } = path;
  switch (subresource) {
    case 'scale':
      return await answer.document(200, await scaled(backend, asked));
    case 'log':
      return answerPodLog(answer, store.get(resource, namespace, name), query, logs, clock);
    case 'binding': {
      const binding = await given(asked, 'Binding');
      bindPod(store, resource, namespace, name, binding, optionsOf('CreateOptions', asked));
      return await answer.document(201, CREATED);
    }
    case 'eviction': {
      const eviction = await given(asked, 'Eviction');
      evictPod(store, resource, store.get(resource, namespace, name), eviction);
      return await answer.document(201, CREATED);
    }
    case 'token': {
      const request = await given(asked, 'TokenRequest');
      const account = store.get(resource, namespace, name);
      return await answer.document(201, issueToken(account, request, users, clock));
    }
    case 'finalize': {
      const { body, format } = await sent(answer);
      const options = optionsOf('UpdateOptions', asked);
      const object = store.update(resource, await namedObjectOf(body, format, path, store.resources), options);
      return await sendObject(answer, 200, object, path, query, clock);
    }
    default:
      throw pathNotFound();
  }
}

async function given({ answer }: ResourceRequest, kind: string): Promise<JsonObject> {
  const { body, format } = await sent(answer);
  return (await objectBody(body, format, kind)) ?? {};
}

async function scaled({ access }: Backend, asked: ResourceRequest): Promise<KubeObject> {
  const { store } = access;
  const { answer, path, verb } = asked;
  const { resource, namespace, name = '' } = path;
  if (verb === 'get') return scaleOf(resource, store.get(resource, namespace, name));
  if (verb === 'update') {
    const scale = await given(asked, 'Scale');
    const options = optionsOf('UpdateOptions', asked);
    const before = store.get(resource, namespace, name);
    requireName(String(asObject(scale.metadata).name ?? ''), name);
    return scaleOf(resource, writeScale(store, resource, before, scale, options));
  }
  const type = patchType(answer, path);
  const body = await PatchBody.of(type, (await bodyOf(answer.request)).toString());
  const options = optionsOf('PatchOptions', asked);
  const before = store.get(resource, namespace, name);
  const patch = patchOf(type, body, options);
  const scale = scaleOf(resource, before);
  // Its fields are plain: all patches but JSON's come to the same. Who owns `spec.replicas` is not told apart by subresource.
  const patched = type === 'json' && Array.isArray(patch) ? jsonPatch(scale, patch) : mergePatch(scale, patch);
  return scaleOf(resource, writeScale(store, resource, before, isJsonObject(patched) ? patched : {}, options));
}
