import { describe, expect, test } from 'vitest';
import { openapiDocument } from '../../src/embedded/api/openapi.ts';
import { asObject, type JsonObject } from '../../src/embedded/json-value.ts';
import { kubernetesSchema } from '../../src/embedded/schema/kubernetes-schema.ts';
import { schemaOf } from '../../src/embedded/schema/schema-of.ts';
import { ResourceRegistry } from '../../src/embedded/store/resource-registry.ts';
import { resourceOf } from './schema-subject.ts';

const registry = new ResourceRegistry();

function document(path: string): JsonObject {
  return asObject(openapiDocument(path, registry));
}

function definitions(path: string): JsonObject {
  return asObject(asObject(document(path).components).schemas);
}

describe('OpenAPI v3', () => {
  test('the index names a document for each version, with a hash that changes with what is served', () => {
    const urls = (of: ResourceRegistry) => JSON.stringify(openapiDocument('v3', of));
    expect(urls(registry)).toMatch(
      /"apis\/apps\/v1":\{"serverRelativeURL":"\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{128}"\}/,
    );
    const changed = new ResourceRegistry();
    changed.remove(resourceOf('ReplicaSet'));
    expect(urls(changed)).not.toBe(urls(registry));
  });

  test('a kind has its group and version, types, lists and merge keys', () => {
    const schemas = definitions('v3/apis/apps/v1');
    expect(schemas['io.k8s.api.apps.v1.Deployment']).toMatchObject({
      'x-kubernetes-group-version-kind': [{ group: 'apps', kind: 'Deployment', version: 'v1' }],
      properties: { spec: { allOf: [{ $ref: '#/components/schemas/io.k8s.api.apps.v1.DeploymentSpec' }] } },
    });
    expect(asObject(schemas['io.k8s.api.core.v1.Container']).properties).toMatchObject({
      ports: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
        'x-kubernetes-patch-merge-key': 'containerPort',
        'x-kubernetes-patch-strategy': 'merge',
      },
    });
  });

  test('each reference leads somewhere', () => {
    for (const path of [
      'v3/api/v1',
      'v3/apis/apps/v1',
      'v3/apis/apiextensions.k8s.io/v1',
      'v3/apis/kustomize.toolkit.fluxcd.io/v1',
    ]) {
      const schemas = definitions(path);
      const references = [...JSON.stringify(document(path)).matchAll(/"#\/components\/schemas\/([^"]+)"/g)];
      expect(references.filter(([, name = '']) => schemas[name] === undefined)).toEqual([]);
    }
  });

  test('writes have the parameter that leaves validation to the server', () => {
    const { patch } = asObject(
      asObject(document('v3/api/v1').paths)['/api/v1/namespaces/{namespace}/configmaps/{name}'],
    );
    expect(JSON.stringify(patch)).toContain('"fieldValidation"');
  });

  test('what is not served has none', () => {
    expect(openapiDocument('v2', registry)).toBeUndefined();
    expect(openapiDocument('v3/apis/nothing/v1', registry)).toBeUndefined();
  });
});

describe('the schema of a kind', () => {
  test('is the same object each time, and has metadata', () => {
    const resource = resourceOf('Pod');
    expect(schemaOf(resource, 'v1')).toBe(schemaOf(resource, 'v1'));
    expect(schemaOf(resource, 'v1')?.properties?.metadata).toMatchObject({ name: 'meta.v1.ObjectMeta' });
  });

  test('is unknown for the kinds of Flux until a definition brings it', () => {
    expect(schemaOf(resourceOf('Kustomization'), 'v1')).toBeUndefined();
  });

  test('knows how lists merge and what their keys are', () => {
    expect(kubernetesSchema('core.v1.PodSpec').properties?.containers).toMatchObject({
      listType: 'map',
      listMapKeys: ['name'],
      patchStrategy: 'merge',
      patchMergeKey: 'name',
    });
    expect(kubernetesSchema('core.v1.ContainerPort').properties?.protocol?.default).toBe('TCP');
    expect(kubernetesSchema('meta.v1.LabelSelector').mapType).toBe('atomic');
  });

  test('is there for all kinds of Kubernetes that are served', () => {
    const kinds = registry.all().filter(({ group }) => !group.endsWith('.fluxcd.io'));
    expect(kinds.filter((resource) => schemaOf(resource, resource.versions[0] ?? '') === undefined)).toEqual([]);
  });
});
