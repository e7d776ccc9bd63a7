import type { KubeObject } from '../../src/domain/kube-object.ts';
import { asArray, asObject, type JsonObject } from '../../src/embedded/json-value.ts';
import { ObjectAccess, type PatchOptions } from '../../src/embedded/store/object-access.ts';
import type { PatchType } from '../../src/embedded/store/patch-body.ts';
import { type StoreFixture, storeFixture } from './store-fixture.ts';

export interface ApplyFixture extends StoreFixture {
  readonly access: ObjectAccess;
  /** A patch of an object of `kind` in the namespace `default`. */
  patch(type: PatchType, kind: string, name: string, patch: unknown, options?: PatchOptions): KubeObject;
  /** Server-side apply of fields; apiVersion, kind, name are filled in. */
  apply(manager: string, kind: string, name: string, fields: JsonObject, options?: PatchOptions): KubeObject;
}

export function applyFixture(): ApplyFixture {
  const fixture = storeFixture({ controllers: false });
  const access = new ObjectAccess(fixture.store);
  const patch: ApplyFixture['patch'] = (type, kind, name, body, options = {}) => {
    const resource = fixture.resource(kind);
    return access.patch(resource, resource.namespaced ? 'default' : '', name, type, body, options).object;
  };
  return {
    ...fixture,
    access,
    patch,
    apply(manager, kind, name, fields, options = {}) {
      const { group, versions } = fixture.resource(kind);
      const apiVersion = group === '' ? versions[0] : `${group}/${versions[0]}`;
      const configuration = { apiVersion, kind, ...fields, metadata: { name, ...asObject(fields.metadata) } };
      return patch('apply', kind, name, configuration, { fieldManager: manager, ...options });
    },
  };
}

/** Who owns what: `manager operation [subresource]` and the fields. */
export function owners(object: KubeObject): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    asArray(object.metadata.managedFields).map((entry) => {
      const { manager, operation, subresource, fieldsV1 } = asObject(entry);
      return [[manager, operation, subresource].filter((part) => part !== undefined).join(' '), fieldsV1];
    }),
  );
}

/** A custom resource with a field of each kind of list and map. */
export const THINGS: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'things', singular: 'thing', kind: 'Thing' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  count: { type: 'integer', default: 3 },
                  text: { type: 'string' },
                  list: { type: 'array', items: { type: 'string' } },
                  set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
                  ports: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['port', 'protocol'],
                    items: {
                      type: 'object',
                      required: ['port'],
                      properties: {
                        port: { type: 'integer' },
                        protocol: { type: 'string', default: 'TCP' },
                        name: { type: 'string' },
                      },
                    },
                  },
                  whole: {
                    type: 'object',
                    'x-kubernetes-map-type': 'atomic',
                    properties: { a: { type: 'string' }, b: { type: 'string' } },
                  },
                  map: { type: 'object', additionalProperties: { type: 'string' } },
                  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                },
              },
              status: {
                type: 'object',
                properties: {
                  observed: { type: 'integer' },
                  conditions: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['type'],
                    items: {
                      type: 'object',
                      required: ['type'],
                      properties: { type: { type: 'string' }, status: { type: 'string' } },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

/** A Deployment's fields. */
export function deployment(spec: JsonObject = {}, container: JsonObject = {}): JsonObject {
  return {
    spec: {
      selector: { matchLabels: { app: 'a' } },
      template: {
        metadata: { labels: { app: 'a' } },
        spec: { containers: [{ name: 'main', image: 'i:1', ...container }] },
      },
      ...spec,
    },
  };
}
