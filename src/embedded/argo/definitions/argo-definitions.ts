import type { KubeObject } from '../../../domain/kube-object.ts';
import type { JsonObject } from '../../json-value.ts';
import { APPLICATION } from './application-schema.ts';
import { APPLICATION_SET } from './application-set-schema.ts';
import { APP_PROJECT } from './project-schema.ts';

export const ARGO_GROUP = 'argoproj.io';
export const ARGO_VERSION = `${ARGO_GROUP}/v1alpha1`;

function definition(
  kind: string,
  shortNames: readonly string[],
  schema: JsonObject,
  version: JsonObject = {},
): KubeObject {
  const singular = kind.toLowerCase();
  const name = `${singular}s.${ARGO_GROUP}`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name,
      labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'argocd' },
    },
    spec: {
      group: ARGO_GROUP,
      names: { kind, listKind: `${kind}List`, plural: `${singular}s`, singular, shortNames },
      scope: 'Namespaced',
      versions: [{ name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version }],
    },
  };
}

const column = (name: string, jsonPath: string, priority?: number): JsonObject => ({
  name,
  type: 'string',
  jsonPath,
  ...(priority === undefined ? {} : { priority }),
});

/** Argo CD's three definitions. An Application's status is no subresource: whoever may write the one may write the other. */
export const ARGO_DEFINITIONS: readonly KubeObject[] = [
  definition('Application', ['app', 'apps'], APPLICATION, {
    subresources: {},
    additionalPrinterColumns: [
      column('Sync Status', '.status.sync.status'),
      column('Health Status', '.status.health.status'),
      column('Revision', '.status.sync.revision', 10),
      column('Project', '.spec.project', 10),
    ],
  }),
  definition('AppProject', ['appproj', 'appprojs'], APP_PROJECT),
  definition('ApplicationSet', ['appset', 'appsets'], APPLICATION_SET, { subresources: { status: {} } }),
];
