import type { KubeObject } from '../../domain/kube-object.ts';
import { asObject, isJsonObject, type JsonObject } from '../json-value.ts';
import { invalidObject, invalidValue } from '../schema/field-error.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { ApiResource } from '../store/resource-registry.ts';
import type { WriteOptions } from '../store/write-options.ts';
import { isBuiltInGroup } from './built-in-groups.ts';
import { badRequest } from './status-error.ts';

/** Where a scale is in its object, as paths with dots. */
interface ScalePaths {
  readonly replicas: readonly string[];
  readonly statusReplicas: readonly string[];
  readonly selector: readonly string[] | undefined;
}

/** The `autoscaling/v1` Scale of an object. */
export function scaleOf(resource: ApiResource, object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const paths = scalePaths(resource);
  const replicas = at(object, paths.replicas);
  const selector = selectorText(paths.selector === undefined ? undefined : at(object, paths.selector));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      creationTimestamp,
    },
    spec: typeof replicas === 'number' && replicas !== 0 ? { replicas } : {},
    status: { replicas: Number(at(object, paths.statusReplicas) ?? 0), ...(selector === '' ? {} : { selector }) },
  };
}

/** Writes `scale` (a whole Scale) into its object; 409 when it names an older version of it. */
export function writeScale(
  store: ObjectStore,
  resource: ApiResource,
  before: KubeObject,
  scale: JsonObject,
  options: WriteOptions,
): KubeObject {
  requireScale(scale, resource);
  const replicas = Number(asObject(scale.spec).replicas ?? 0);
  requireReplicas(resource, before.metadata.name, replicas);
  const given = asObject(scale.metadata).resourceVersion;
  const { resourceVersion, ...metadata } = before.metadata;
  const version = typeof given === 'string' && given !== '' ? given : resourceVersion;
  const after: KubeObject = {
    ...withValue(before, scalePaths(resource).replicas, replicas),
    apiVersion: before.apiVersion,
    kind: before.kind,
    metadata: { ...metadata, ...(version === undefined ? {} : { resourceVersion: version }) },
  };
  return store.update(resource, after, options);
}

function requireScale({ kind, apiVersion }: JsonObject, resource: ApiResource): void {
  if (kind === undefined || kind === 'Scale') return;
  if (!isBuiltInGroup(resource.group))
    throw badRequest('no kind is registered for the type v1.Scale in scheme "pkg/runtime/scheme.go:111"');
  const version = String(apiVersion).split('/').at(-1);
  throw badRequest(
    `${String(kind)} in version "${version}" cannot be handled as a Scale: converting (${version}.${String(kind)}) to (autoscaling.Scale): unknown conversion`,
  );
}

function requireReplicas(resource: ApiResource, name: string, replicas: number): void {
  if (replicas >= 0) return;
  if (isBuiltInGroup(resource.group)) {
    const error = invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0');
    throw invalidObject({ group: 'autoscaling', kind: 'Scale' }, name, [error]);
  }
  const field = `.${scalePaths(resource).replicas.join('.')}`;
  throw invalidObject(resource, name, [invalidValue(field, replicas, 'should be a non-negative integer')]);
}

function scalePaths(resource: ApiResource): ScalePaths {
  const declared = 'scale' in resource ? asObject(resource.scale) : {};
  const path = (field: string, otherwise: string): readonly string[] => {
    const given = declared[field];
    return (typeof given === 'string' ? given : otherwise).split('.').filter((part) => part !== '');
  };
  const isOwn = isBuiltInGroup(resource.group);
  return {
    replicas: path('specReplicasPath', '.spec.replicas'),
    statusReplicas: path('statusReplicasPath', '.status.replicas'),
    selector:
      isOwn || typeof declared.labelSelectorPath === 'string' ? path('labelSelectorPath', '.spec.selector') : undefined,
  };
}

function at(object: JsonObject, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, field) => asObject(value)[field], object);
}

function withValue(object: JsonObject, [field, ...rest]: readonly string[], value: unknown): JsonObject {
  if (field === undefined) return object;
  return { ...object, [field]: rest.length === 0 ? value : withValue(asObject(object[field]), rest, value) };
}

/** A label selector as a query would have it. */
function selectorText(selector: unknown): string {
  if (typeof selector === 'string') return selector;
  if (!isJsonObject(selector)) return '';
  const { matchLabels, matchExpressions } = selector;
  const labels = isJsonObject(matchLabels) ? matchLabels : matchExpressions === undefined ? selector : {};
  const equal = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  const others = Array.isArray(matchExpressions) ? matchExpressions.map(asObject).map(expressionText) : [];
  return [...equal, ...others].sort().join(',');
}

function expressionText({ key, operator, values }: JsonObject): string {
  const list = Array.isArray(values) ? `(${[...values].sort().join(',')})` : '()';
  switch (operator) {
    case 'In':
      return `${String(key)} in ${list}`;
    case 'NotIn':
      return `${String(key)} notin ${list}`;
    case 'DoesNotExist':
      return `!${String(key)}`;
    default:
      return String(key);
  }
}
