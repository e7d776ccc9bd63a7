import type { KubeObject } from '../../domain/kube-object.ts';
import { isBuiltInGroup } from '../api/built-in-groups.ts';
import { asArray, asObject, asString, sameJson } from '../json-value.ts';
import type { ApiResource } from '../store/resource-registry.ts';
import { type FieldError, forbiddenField, invalidValue, requiredValue, tooLong } from './field-error.ts';
import { dnsLabel, labelValue, type NameCheck, pathSegment, qualifiedName, subdomain } from './name-formats.ts';

const ANNOTATIONS_BYTES_MAX = 256 * 1024;
const CRON_JOB_NAME_LENGTH_MAX = 52;
const STANDARD_FINALIZERS: ReadonlySet<unknown> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);
const PATH_NAMES: ReadonlySet<string> = new Set(['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding']);

/** What the names of a kind must look like. */
export function nameCheck({ group, kind }: Pick<ApiResource, 'group' | 'kind'>): NameCheck {
  if (group === 'rbac.authorization.k8s.io' && PATH_NAMES.has(kind)) return pathSegment;
  if (group === '' && (kind === 'Namespace' || kind === 'Service')) return dnsLabel;
  if (group === 'apps' && kind === 'StatefulSet') return dnsLabel;
  if (group === 'batch' && kind === 'CronJob') return cronJobName;
  return subdomain;
}

/** The controller appends 11 characters for the name of each Job. */
function cronJobName(name: string): readonly string[] {
  const long = name.length > CRON_JOB_NAME_LENGTH_MAX;
  return [...subdomain(name), ...(long ? [`must be no more than ${CRON_JOB_NAME_LENGTH_MAX} characters`] : [])];
}

/** What is wrong with an object's metadata; on an update only what differs from `before` is looked at. */
export function metadataErrors(
  resource: Pick<ApiResource, 'group' | 'kind'>,
  { metadata }: KubeObject,
  before: KubeObject | undefined,
): readonly FieldError[] {
  const old = before?.metadata;
  const isNew = (field: string): boolean => metadata[field] !== undefined && metadata[field] !== old?.[field];
  return [
    ...(before === undefined ? nameErrors(nameCheck(resource), metadata.name, asString(metadata.generateName)) : []),
    ...(typeof metadata.generation === 'number' && metadata.generation < 0
      ? [invalidValue('metadata.generation', metadata.generation, 'must be greater than or equal to 0')]
      : []),
    ...(isNew('labels') ? labelErrors('metadata.labels', metadata.labels) : []),
    ...(isNew('annotations') ? annotationErrors(metadata.annotations) : []),
    ...(isNew('ownerReferences') ? ownerErrors(asArray(metadata.ownerReferences)) : []),
    ...(isNew('finalizers') ? finalizerErrors(asArray(metadata.finalizers), isKubernetes(resource)) : []),
    ...(before === undefined ? [] : changeErrors(metadata, before)),
  ];
}

function nameErrors(check: NameCheck, name: string, generateName: string | undefined): readonly FieldError[] {
  // A generated name's last character is not the prefix's, which may thus end in a dash.
  const prefix = generateName?.replace(/-$/, 'a') ?? '';
  const prefixed = prefix === '' ? [] : check(prefix);
  const about = (field: string, value: string, why: readonly string[]): readonly FieldError[] =>
    why.map((each) => invalidValue(field, value, each));
  if (name === '') return [requiredValue('metadata.name', 'name or generateName is required')];
  return [
    ...about('metadata.generateName', generateName ?? '', prefixed),
    ...about('metadata.name', name, check(name)),
  ];
}

/** What is wrong with a map of labels or a `matchLabels`. */
export function labelErrors(field: string, labels: unknown): readonly FieldError[] {
  return Object.entries(asObject(labels)).flatMap(([key, value]) => [
    ...qualifiedName(key).map((why) => invalidValue(field, key, why)),
    ...(typeof value === 'string' ? labelValue(value) : []).map((why) => invalidValue(field, value, why)),
  ]);
}

function annotationErrors(annotations: unknown): readonly FieldError[] {
  const field = 'metadata.annotations';
  let bytes = 0;
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(asObject(annotations))) {
    // Unlike a label's key, the prefix may have capitals.
    errors.push(...qualifiedName(key.toLowerCase()).map((why) => invalidValue(field, key, why)));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(String(value));
  }
  return bytes > ANNOTATIONS_BYTES_MAX ? [...errors, tooLong(field, ANNOTATIONS_BYTES_MAX)] : errors;
}

function ownerErrors(owners: readonly unknown[]): readonly FieldError[] {
  const field = 'metadata.ownerReferences';
  const errors = owners.flatMap((owner) => {
    const given = asObject(owner);
    const apiVersion = asString(given.apiVersion) ?? '';
    const parts = apiVersion.split('/');
    const version = parts.length > 2 ? '' : (parts.at(-1) ?? '');
    const missing = ['kind', 'name', 'uid'].filter((each) => !given[each]);
    return [
      ...(version === '' ? [invalidValue(`${field}.apiVersion`, apiVersion, 'version must not be empty')] : []),
      ...missing.map((each) => invalidValue(`${field}.${each}`, '', 'must not be empty')),
      ...(apiVersion === 'v1' && given.kind === 'Event'
        ? [invalidValue(field, owner, '/v1, Kind=Event is disallowed from being an owner')]
        : []),
    ];
  });
  const [first, second] = owners.filter((owner) => asObject(owner).controller === true).map(asObject);
  if (first === undefined || second === undefined) return errors;
  const found = `${String(first.kind)}/${String(first.name)} and ${String(second.kind)}/${String(second.name)}`;
  const why = `Only one reference can have Controller set to true. Found "true" in references for ${found}`;
  return [...errors, invalidValue(field, owners, why)];
}

/** Finalizers of most of Kubernetes' own kinds need a domain; other kinds are looked at less strictly. */
function isKubernetes({ group }: Pick<ApiResource, 'group'>): boolean {
  if (group === 'apiextensions.k8s.io' || group === 'coordination.k8s.io') return false;
  return isBuiltInGroup(group);
}

function finalizerErrors(finalizers: readonly unknown[], needsDomain: boolean): readonly FieldError[] {
  const field = 'metadata.finalizers';
  const errors = finalizers.flatMap((finalizer, index) => {
    const name = String(finalizer);
    const isKnown = !needsDomain || STANDARD_FINALIZERS.has(finalizer) || name.includes('/');
    const why = 'name is neither a standard finalizer name nor is it fully qualified';
    return [
      ...qualifiedName(name).map((each) => invalidValue(field, finalizer, each)),
      ...(isKnown ? [] : [invalidValue(`${field}[${index}]`, finalizer, why)]),
    ];
  });
  const both = finalizers.includes('orphan') && finalizers.includes('foregroundDeletion');
  const why = 'finalizer orphan and foregroundDeletion cannot be both set';
  return both ? [...errors, invalidValue(field, finalizers, why)] : errors;
}

function changeErrors(metadata: KubeObject['metadata'], before: KubeObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  const old = before.metadata;
  for (const field of ['uid', 'deletionTimestamp', 'deletionGracePeriodSeconds']) {
    const value = metadata[field];
    if (value === undefined || value === null || sameJson(value, old[field])) continue;
    errors.push(invalidValue(`metadata.${field}`, value, 'field is immutable'));
  }
  if (old.deletionTimestamp !== undefined) {
    const known = new Set(asArray(old.finalizers));
    const added = asArray(metadata.finalizers).filter((finalizer) => !known.has(finalizer));
    if (added.length > 0) {
      const list = `[]string{${added.map((each) => JSON.stringify(each)).join(', ')}}`;
      const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
      errors.push(forbiddenField('metadata.finalizers', why));
    }
  }
  return errors;
}
