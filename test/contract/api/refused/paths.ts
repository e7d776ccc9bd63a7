import type { RefusedRequest } from '../contract.ts';
import { configMap } from '../objects.ts';
import { NO_METHOD, NO_RESOURCE, notFound } from '../refusal.ts';

const CORE = '/api/v1/namespaces/{ns}';
const MAPS = `${CORE}/configmaps`;

/** Paths and methods that lead nowhere. */
export const REFUSED_PATHS: readonly RefusedRequest[] = [
  ['a resource that does not exist is not found', `GET ${CORE}/unicorns`, {}, NO_RESOURCE],
  [
    'a resource that does not exist is not found on POST either',
    `POST ${CORE}/unicorns`,
    { body: configMap('a') },
    NO_RESOURCE,
  ],
  ['an object of a resource that does not exist is not found', `GET ${CORE}/unicorns/a`, {}, NO_RESOURCE],
  ['a custom resource of a known group is not found', `GET /apis/apps/v1/namespaces/{ns}/unicorns`, {}, NO_RESOURCE],
  ['a version of the core API that does not exist is not found', 'GET /api/v9/pods', {}, NO_RESOURCE],
  [
    'a subresource that does not exist is not found',
    `GET ${MAPS}/a/horn`,
    { given: [[MAPS, configMap('a')]] },
    NO_RESOURCE,
  ],
  [
    'a status that a kind does not have is not found',
    `GET ${MAPS}/a/status`,
    { given: [[MAPS, configMap('a')]] },
    NO_RESOURCE,
  ],
  ['a path below a subresource is not found', `GET ${MAPS}/a/status/more`, {}, NO_RESOURCE],
  [
    'a namespaced kind cannot be made without a namespace',
    'POST /api/v1/configmaps',
    { body: configMap('a') },
    NO_METHOD,
  ],
  ['a namespaced kind cannot be deleted across namespaces', 'DELETE /api/v1/configmaps', {}, NO_METHOD],
  ['a cluster kind is not found inside a namespace', `GET ${CORE}/nodes`, {}, NO_RESOURCE],
  ['a missing object is not found', `GET ${MAPS}/absent`, {}, notFound('configmaps', 'absent')],
  [
    'a missing object of a named group is not found, with the group in the text',
    'GET /apis/apps/v1/namespaces/{ns}/deployments/absent',
    {},
    notFound('deployments.apps', 'absent'),
  ],
  ['a missing object cannot be deleted', `DELETE ${MAPS}/absent`, {}, notFound('configmaps', 'absent')],
  [
    'a missing object cannot be replaced',
    `PUT ${MAPS}/absent`,
    { body: configMap('absent') },
    notFound('configmaps', 'absent'),
  ],
  ['a missing namespace is not found', 'GET /api/v1/namespaces/absent-{ns}', {}, notFound('namespaces', 'absent-{ns}')],
  [
    'nothing is made in a namespace that does not exist',
    'POST /api/v1/namespaces/absent-{ns}/configmaps',
    { body: configMap('a') },
    notFound('namespaces', 'absent-{ns}'),
  ],
  ['an object is not made on the path of its name', `POST ${MAPS}/a`, { body: configMap('a') }, NO_METHOD],
  ['a collection is not replaced', `PUT ${MAPS}`, { body: configMap('a') }, NO_METHOD],
  [
    'a collection is not patched',
    `PATCH ${MAPS}`,
    { contentType: 'application/merge-patch+json', body: {} },
    NO_METHOD,
  ],
  ['namespaces are not deleted as a collection', 'DELETE /api/v1/namespaces', {}, NO_METHOD],
  ['a token review is not listed', 'GET /apis/authentication.k8s.io/v1/tokenreviews', {}, NO_METHOD],
  ['a scale is not deleted', 'DELETE /apis/apps/v1/namespaces/{ns}/deployments/a/scale', {}, NO_METHOD],
  ['TRACE is not allowed', `TRACE ${MAPS}`, {}, NO_METHOD],
  ['OPTIONS is not allowed', `OPTIONS ${MAPS}`, {}, NO_METHOD],
  ['discovery is not written', 'POST /api/v1', { body: {} }, NO_METHOD],
  ['the version is not deleted', 'DELETE /version', {}, NO_METHOD],
  [
    'a token of a missing service account is not found',
    `POST ${CORE}/serviceaccounts/absent/token`,
    { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: [] } } },
    notFound('serviceaccounts', 'absent'),
  ],
];
