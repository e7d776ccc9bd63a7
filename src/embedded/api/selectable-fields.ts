import { asArray, asObject, asString } from '../json-value.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { ResourcePath } from './api-path.ts';
import { isBuiltInGroup } from './built-in-groups.ts';
import type { SelectableFields } from './field-selector.ts';
import { qualifiedName } from './status-error.ts';

const EVENT_FIELDS = [
  ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
    (field) => `involvedObject.${field}`,
  ),
  ...['reason', 'reportingComponent', 'source', 'type'],
];

/** Beside `metadata.name` and `metadata.namespace`. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Pod: [
    ...['nodeName', 'restartPolicy', 'schedulerName', 'serviceAccountName', 'hostNetwork', 'host'].map(
      (field) => `spec.${field}`,
    ),
    ...['phase', 'podIP', 'podIPs', 'nominatedNodeName'].map((field) => `status.${field}`),
  ],
  Event: EVENT_FIELDS,
  Secret: ['type'],
  Service: ['spec.clusterIP', 'spec.type'],
  Namespace: ['status.phase'],
  Node: ['spec.unschedulable'],
  ReplicationController: ['status.replicas'],
  Job: ['status.successful'],
  CertificateSigningRequest: ['spec.signerName'],
};

export function selectableFields(store: ObjectStore, { resource, version }: ResourcePath): SelectableFields {
  const common = ['metadata.name', 'metadata.namespace'];
  if (!isBuiltInGroup(resource.group)) {
    const declared = declaredFields(store, qualifiedName(resource), version);
    return fieldsOf([...common, ...declared], (path) => `field label not supported: ${path}`);
  }
  const { kind } = resource;
  const own = FIELDS[kind];
  if (own === undefined) {
    const only = common.map((path) => JSON.stringify(path)).join(', ');
    return fieldsOf(common, (path) => `${JSON.stringify(path)} is not a known field selector: only ${only}`);
  }
  if (kind === 'Job') {
    return fieldsOf([...common, ...own], (path) => `field label ${JSON.stringify(path)} not supported for Job`);
  }
  const all = resource.namespaced ? [...common, ...own] : ['metadata.name', ...own];
  return fieldsOf(all, (path) => `field label not supported: ${path}`);
}

function fieldsOf(paths: readonly string[], refusal: (path: string) => string): SelectableFields {
  return { has: (path) => paths.includes(path), refusal };
}

/** `selectableFields` of one version in the CustomResourceDefinition. */
function declaredFields(store: ObjectStore, name: string, version: string): readonly string[] {
  const definitions = store.resources.byGroupKind('apiextensions.k8s.io', 'CustomResourceDefinition');
  const definition = definitions === undefined ? undefined : store.read(definitions, '', name);
  return asArray(definition?.spec?.versions)
    .map(asObject)
    .filter((each) => each.name === version)
    .flatMap((each) => asArray(each.selectableFields))
    .flatMap((field) => asString(asObject(field).jsonPath) ?? [])
    .map((path) => path.replace(/^\./, ''));
}
