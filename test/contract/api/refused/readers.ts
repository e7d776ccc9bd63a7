import { MERGE_PATCH } from '../api.ts';
import type { RefusedRequest } from '../contract.ts';
import { configMap, deployment } from '../objects.ts';
import { forbidden, notFound } from '../refusal.ts';
import { READER, STRANGER } from '../rights.ts';

const CORE = '/api/v1/namespaces/{ns}';
const MAPS = `${CORE}/configmaps`;
const DEPLOYMENTS = '/apis/apps/v1/namespaces/{ns}/deployments';

/** Requests of who has some rights, and of nobody in particular. */
export const REFUSED_READERS: readonly RefusedRequest[] = [
  [
    'a reader may not write what it reads',
    `POST ${MAPS}`,
    { user: READER, body: configMap('a') },
    forbidden(
      'configmaps',
      '',
      'User "reader" cannot create resource "configmaps" in API group "" in the namespace "{ns}"',
    ),
  ],
  [
    'a reader may not read another kind',
    `GET ${CORE}/secrets`,
    { user: READER },
    forbidden('secrets', '', 'User "reader" cannot list resource "secrets" in API group "" in the namespace "{ns}"'),
  ],
  [
    'who may change a status may not change the object',
    `PATCH ${DEPLOYMENTS}/a`,
    { user: READER, contentType: MERGE_PATCH, body: {}, given: [[DEPLOYMENTS, deployment('a')]] },
    forbidden(
      'deployments.apps',
      'a',
      'User "reader" cannot patch resource "deployments" in API group "apps" in the namespace "{ns}"',
    ),
  ],
  [
    'who may get one name may not get another',
    `GET ${CORE}/secrets/other`,
    { user: READER },
    forbidden(
      'secrets',
      'other',
      'User "reader" cannot get resource "secrets" in API group "" in the namespace "{ns}"',
    ),
  ],
  [
    'who may update learns that there is nothing to replace',
    `PUT ${CORE}/secrets/known`,
    { user: READER, body: configMap('known') },
    notFound('secrets', 'known'),
  ],
  [
    'who may not create may not create by apply',
    `PATCH ${MAPS}/a?fieldManager=m`,
    { user: STRANGER, contentType: 'application/apply-patch+yaml', body: { apiVersion: 'v1', kind: 'ConfigMap' } },
    forbidden(
      'configmaps',
      'a',
      'User "stranger" cannot patch resource "configmaps" in API group "" in the namespace "{ns}"',
    ),
  ],
  [
    'anonymous may not list',
    `GET ${MAPS}`,
    { user: 'anonymous' },
    forbidden(
      'configmaps',
      '',
      'User "system:anonymous" cannot list resource "configmaps" in API group "" in the namespace "{ns}"',
    ),
  ],
  [
    'anonymous may not create',
    `POST ${MAPS}`,
    { user: 'anonymous', body: configMap('a') },
    forbidden(
      'configmaps',
      '',
      'User "system:anonymous" cannot create resource "configmaps" in API group "" in the namespace "{ns}"',
    ),
  ],
  [
    'anonymous may not discover',
    'GET /apis',
    { user: 'anonymous' },
    {
      code: 403,
      reason: 'Forbidden',
      message: 'forbidden: User "system:anonymous" cannot get path "/apis"',
      details: {},
    },
  ],
];
