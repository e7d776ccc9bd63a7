import { createHash } from 'node:crypto';
import type { JsonObject } from '../json-value.ts';
import { kubernetesKind } from '../schema/kubernetes-schema.ts';
import { type ApiResource, apiVersionOf, type ResourceRegistry } from '../store/resource-registry.ts';
import { longName, openApiDefinitions } from './openapi-definitions.ts';
import { resourcePaths } from './openapi-paths.ts';

interface Served {
  readonly resource: ApiResource;
  readonly version: string;
}

/**
 * `/openapi/v3` and the documents below it: what each kind is made of (types, lists, merge keys; no descriptions) and that fields are validated by the
 * server. Undefined for a path that is not served; `/openapi/v2` is none.
 */
export function openapiDocument(rest: string, registry: ResourceRegistry): JsonObject | undefined {
  const path = rest.replace(/^v3\/?/, '');
  if (!rest.startsWith('v3')) return undefined;
  const groups = servedByPath(registry);
  if (path === '') return indexDocument(groups);
  const served = groups.get(path);
  return served === undefined ? undefined : groupVersionDocument(path, served);
}

function servedByPath(registry: ResourceRegistry): ReadonlyMap<string, readonly Served[]> {
  const groups = new Map<string, Served[]>();
  for (const resource of registry.all()) {
    for (const version of resource.versions) {
      const path = `${resource.group === '' ? 'api' : 'apis'}/${apiVersionOf(resource, version)}`;
      const served = groups.get(path) ?? [];
      served.push({ resource, version });
      groups.set(path, served);
    }
  }
  return groups;
}

/** The hash changes with the document, so that clients may keep what they have. */
function indexDocument(groups: ReadonlyMap<string, readonly Served[]>): JsonObject {
  const paths = [...groups].map(([path, served]) => {
    const hash = createHash('sha512').update(JSON.stringify(served)).digest('hex').toUpperCase();
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
  });
  return { paths: Object.fromEntries(paths) };
}

function groupVersionDocument(path: string, served: readonly Served[]): JsonObject {
  const schemas: Record<string, unknown> = {};
  const needed = new Set(['meta.v1.ObjectMeta']);
  for (const { resource, version } of served) {
    const builtIn = kubernetesKind(resource.group, version, resource.kind);
    if (builtIn === undefined) schemas[customName(resource, version)] = customDefinition(resource, version);
    else needed.add(builtIn);
  }
  const kinds = new Map(
    served.map(({ resource, version }) => [
      kubernetesKind(resource.group, version, resource.kind) ?? '',
      groupVersionKind(resource, version),
    ]),
  );
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths: Object.fromEntries(
      served.flatMap(({ resource, version }) =>
        resourcePaths(`/${path}`, resource, groupVersionKind(resource, version), schemaName(resource, version)),
      ),
    ),
    components: { schemas: { ...schemas, ...openApiDefinitions(needed, kinds) } },
  };
}

function groupVersionKind({ group, kind }: ApiResource, version: string): JsonObject {
  return { group, kind, version };
}

function schemaName(resource: ApiResource, version: string): string {
  const builtIn = kubernetesKind(resource.group, version, resource.kind);
  return builtIn === undefined ? customName(resource, version) : longName(builtIn);
}

/** `com.example.v1.Foo` */
function customName({ group, kind }: ApiResource, version: string): string {
  return [...group.split('.').reverse(), version, kind].join('.');
}

function customDefinition(resource: ApiResource, version: string): JsonObject {
  const given = resource.schemas?.[version] ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const properties = {
    ...(typeof given.properties === 'object' ? given.properties : {}),
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { allOf: [{ $ref: `#/components/schemas/${longName('meta.v1.ObjectMeta')}` }] },
  };
  return { ...given, properties, 'x-kubernetes-group-version-kind': [groupVersionKind(resource, version)] };
}
