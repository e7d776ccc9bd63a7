import type { JsonObject } from '../json-value.ts';
import type { ApiResource } from '../store/resource-registry.ts';
import { isBuiltInGroup } from './built-in-groups.ts';

/** Query parameters of writes; that `fieldValidation` is among them tells kubectl to leave validation to the server. */
const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
  name,
  in: 'query',
  schema: { type: name === 'force' ? 'boolean' : 'string', uniqueItems: true },
}));

const PATCH_TYPES = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'];
/** Custom resources have no merge keys; kubectl asks here before it sends such a patch. */
const PATCH_TYPES_BUILT_IN = [...PATCH_TYPES, 'application/strategic-merge-patch+json'];

/** The paths of one resource with what kubectl looks for in them: actions and kinds. */
export function resourcePaths(
  prefix: string,
  resource: ApiResource,
  kind: JsonObject,
  schema: string,
): readonly (readonly [path: string, item: JsonObject])[] {
  const place = resource.namespaced ? `${prefix}/namespaces/{namespace}` : prefix;
  const $ref = `#/components/schemas/${schema}`;
  const responses = { 200: { description: 'OK', content: { 'application/json': { schema: { $ref } } } } };
  const operation = (action: string, parameters: readonly JsonObject[] = []): JsonObject => ({
    parameters,
    responses,
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kind,
  });
  const body = (types: readonly string[]): JsonObject => ({
    requestBody: { required: true, content: Object.fromEntries(types.map((type) => [type, { schema: { $ref } }])) },
  });
  const write = (action: string, types: readonly string[]): JsonObject => ({
    ...operation(action, WRITE_PARAMETERS),
    ...body(types),
  });
  const list = {
    get: operation('list'),
    post: write('post', ['application/json', 'application/yaml']),
    delete: operation('deletecollection'),
  };
  const item = {
    get: operation('get'),
    put: write('put', ['application/json', 'application/yaml']),
    patch: write('patch', isBuiltInGroup(resource.group) ? PATCH_TYPES_BUILT_IN : PATCH_TYPES),
    delete: operation('delete'),
  };
  return [
    [`${place}/${resource.plural}`, list],
    [`${place}/${resource.plural}/{name}`, item],
    ...(resource.hasStatus
      ? [[`${place}/${resource.plural}/{name}/status`, { get: item.get, put: item.put, patch: item.patch }] as const]
      : []),
    ...(resource.namespaced ? [[`${prefix}/${resource.plural}`, { get: operation('list') }] as const] : []),
  ];
}
