import { MERGE_PATCH } from '../api.ts';
import type { RefusedRequest } from '../contract.ts';
import { configMap } from '../objects.ts';
import { forbidden, UNAUTHORIZED } from '../refusal.ts';
import { STRANGER } from '../rights.ts';

const CORE = '/api/v1/namespaces/{ns}';
const MAPS = `${CORE}/configmaps`;
const DEPLOYMENTS = '/apis/apps/v1/namespaces/{ns}/deployments';
const WRONG_TOKEN = { Authorization: 'Bearer wrong' };

/** Requests of who has no rights at all, or a wrong token. */
export const REFUSED_STRANGERS: readonly RefusedRequest[] = [
  ['a wrong token is unauthorized', `GET ${MAPS}`, { headers: WRONG_TOKEN }, UNAUTHORIZED],
  [
    'a wrong token is unauthorized for a path that does not exist',
    'GET /nowhere',
    { headers: WRONG_TOKEN },
    UNAUTHORIZED,
  ],
  [
    'a wrong token is unauthorized to write',
    `POST ${MAPS}`,
    { headers: WRONG_TOKEN, body: configMap('a') },
    UNAUTHORIZED,
  ],
  [
    'a stranger may not get',
    `GET ${MAPS}/a`,
    { user: STRANGER },
    forbidden(
      'configmaps',
      'a',
      'User "stranger" cannot get resource "configmaps" in API group "" in the namespace "{ns}"',
    ),
  ],
  [
    'a stranger may not list',
    `GET ${MAPS}`,
    { user: STRANGER },
    forbidden(
      'configmaps',
      '',
      'User "stranger" cannot list resource "configmaps" in API group "" in the namespace "{ns}"',
    ),
  ],
  [
    'a stranger may not watch',
    `GET ${MAPS}?watch=true`,
    { user: STRANGER },
    forbidden(
      'configmaps',
      '',
      'User "stranger" cannot watch resource "configmaps" in API group "" in the namespace "{ns}"',
    ),
  ],
  [
    'a stranger may not list across namespaces',
    'GET /api/v1/configmaps',
    { user: STRANGER },
    forbidden(
      'configmaps',
      '',
      'User "stranger" cannot list resource "configmaps" in API group "" at the cluster scope',
    ),
  ],
  [
    'a stranger may not create',
    `POST ${MAPS}`,
    { user: STRANGER, body: configMap('a') },
    forbidden(
      'configmaps',
      '',
      'User "stranger" cannot create resource "configmaps" in API group "" in the namespace "{ns}"',
    ),
  ],
  [
    'a stranger may not replace',
    `PUT ${MAPS}/a`,
    { user: STRANGER, body: configMap('a') },
    forbidden(
      'configmaps',
      'a',
      'User "stranger" cannot update resource "configmaps" in API group "" in the namespace "{ns}"',
    ),
  ],
  [
    'a stranger may not patch',
    `PATCH ${MAPS}/a`,
    { user: STRANGER, contentType: MERGE_PATCH, body: {} },
    forbidden(
      'configmaps',
      'a',
      'User "stranger" cannot patch resource "configmaps" in API group "" in the namespace "{ns}"',
    ),
  ],
  [
    'a stranger may not delete',
    `DELETE ${MAPS}/a`,
    { user: STRANGER },
    forbidden(
      'configmaps',
      'a',
      'User "stranger" cannot delete resource "configmaps" in API group "" in the namespace "{ns}"',
    ),
  ],
  [
    'a stranger may not delete a collection',
    `DELETE ${MAPS}`,
    { user: STRANGER },
    forbidden(
      'configmaps',
      '',
      'User "stranger" cannot deletecollection resource "configmaps" in API group "" in the namespace "{ns}"',
    ),
  ],
  [
    'a stranger may not list a named group',
    `GET ${DEPLOYMENTS}`,
    { user: STRANGER },
    forbidden(
      'deployments.apps',
      '',
      'User "stranger" cannot list resource "deployments" in API group "apps" in the namespace "{ns}"',
    ),
  ],
  [
    'a stranger may not patch a status',
    `PATCH ${DEPLOYMENTS}/a/status`,
    { user: STRANGER, contentType: MERGE_PATCH, body: {} },
    forbidden(
      'deployments.apps',
      'a',
      'User "stranger" cannot patch resource "deployments/status" in API group "apps" in the namespace "{ns}"',
    ),
  ],
  [
    'a stranger may not read a scale',
    `GET ${DEPLOYMENTS}/a/scale`,
    { user: STRANGER },
    forbidden(
      'deployments.apps',
      'a',
      'User "stranger" cannot get resource "deployments/scale" in API group "apps" in the namespace "{ns}"',
    ),
  ],
  [
    'a stranger may not read a log',
    `GET ${CORE}/pods/a/log`,
    { user: STRANGER },
    forbidden('pods', 'a', 'User "stranger" cannot get resource "pods/log" in API group "" in the namespace "{ns}"'),
  ],
  [
    'a stranger may not get a node',
    'GET /api/v1/nodes/a',
    { user: STRANGER },
    forbidden('nodes', 'a', 'User "stranger" cannot get resource "nodes" in API group "" at the cluster scope'),
  ],
  [
    'a stranger may not list namespaces',
    'GET /api/v1/namespaces',
    { user: STRANGER },
    forbidden(
      'namespaces',
      '',
      'User "stranger" cannot list resource "namespaces" in API group "" at the cluster scope',
    ),
  ],
  [
    'a stranger may not get a namespace',
    'GET /api/v1/namespaces/{ns}',
    { user: STRANGER },
    forbidden(
      'namespaces',
      '{ns}',
      'User "stranger" cannot get resource "namespaces" in API group "" in the namespace "{ns}"',
    ),
  ],
  [
    'a stranger may not define resources',
    'POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    { user: STRANGER, body: {} },
    forbidden(
      'customresourcedefinitions.apiextensions.k8s.io',
      '',
      'User "stranger" cannot create resource "customresourcedefinitions" in API group "apiextensions.k8s.io" at the cluster scope',
    ),
  ],
  [
    'a stranger may not ask for a resource that does not exist',
    `GET ${CORE}/unicorns`,
    { user: STRANGER },
    forbidden(
      'unicorns',
      '',
      'User "stranger" cannot list resource "unicorns" in API group "" in the namespace "{ns}"',
    ),
  ],
  [
    'a stranger may not ask for a group that does not exist',
    'GET /apis/unicorn.example.com/v1/unicorns',
    { user: STRANGER },
    forbidden(
      'unicorns.unicorn.example.com',
      '',
      'User "stranger" cannot list resource "unicorns" in API group "unicorn.example.com" at the cluster scope',
    ),
  ],
  [
    'a stranger may not read metrics',
    'GET /metrics',
    { user: STRANGER },
    {
      code: 403,
      reason: 'Forbidden',
      message: 'forbidden: User "stranger" cannot get path "/metrics"',
      details: {},
    },
  ],
  [
    'a stranger may not post to a path that is no resource',
    'POST /anything',
    { user: STRANGER, body: {} },
    {
      code: 403,
      reason: 'Forbidden',
      message: 'forbidden: User "stranger" cannot post path "/anything"',
      details: {},
    },
  ],
];
