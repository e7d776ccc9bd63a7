import { describe, expect, test } from 'vitest';
import { canonicalQuantity } from '../../src/embedded/schema/quantity.ts';
import { deploymentSpec, refusal, refusalStatus, stored } from './schema-subject.ts';

describe('a body that does not fit the types of its kind is refused in the words of the real decoder', () => {
  test.each([
    [
      'ConfigMap',
      { data: { a: 1 } },
      'json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ],
    [
      'ConfigMap',
      { data: [1] },
      'json: cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string',
    ],
    [
      'ConfigMap',
      { immutable: 'x' },
      'json: cannot unmarshal string into Go struct field ConfigMap.immutable of type bool',
    ],
    [
      'ConfigMap',
      { metadata: { labels: { a: 1 } } },
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    [
      'ConfigMap',
      { metadata: { ownerReferences: [{ apiVersion: 1 }] } },
      'json: cannot unmarshal number into Go struct field OwnerReference.metadata.ownerReferences.apiVersion of type string',
    ],
    [
      'ConfigMap',
      { metadata: { generation: 1.5 } },
      'json: cannot unmarshal number 1.5 into Go struct field ObjectMeta.metadata.generation of type int64',
    ],
    ['ConfigMap', { binaryData: { a: '!!!' } }, 'illegal base64 data at input byte 0'],
    [
      'ConfigMap',
      { metadata: { creationTimestamp: 'foo' } },
      'parsing time "foo" as "2006-01-02T15:04:05Z07:00": cannot parse "foo" as "2006"',
    ],
    [
      'Deployment',
      deploymentSpec({ replicas: 'x' }),
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'Deployment',
      deploymentSpec({ replicas: 99_999_999_999 }),
      'json: cannot unmarshal number 99999999999 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'Deployment',
      deploymentSpec({}, {}, { ports: { containerPort: 1 } }),
      'json: cannot unmarshal object into Go struct field Container.spec.template.spec.containers.ports of type []v1.ContainerPort',
    ],
    [
      'Deployment',
      deploymentSpec({ strategy: 'x' }),
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.strategy of type v1.DeploymentStrategy',
    ],
    [
      'Deployment',
      deploymentSpec({}, {}, { resources: { limits: { cpu: 'abc' } } }),
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [
      'Lease',
      { spec: { renewTime: '2026-01-01T00:00:00Z' } },
      'parsing time "2026-01-01T00:00:00Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
    ],
  ])('%s %j', (kind, fields, detail) => {
    const status = refusalStatus(kind, fields);
    expect(status?.message).toBe(`${kind} in version "v1" cannot be handled as a ${kind}: ${detail}`);
    expect([status?.code, status?.reason, status?.details]).toEqual([400, 'BadRequest', undefined]);
  });
});

describe('unknown fields', () => {
  const fields = deploymentSpec({ foo: 1 }, { bar: 1 }, { baz: 1, ports: [{ containerPort: 1, x: 1 }] });
  const unknown = [
    'unknown field "spec.template.spec.containers[0].baz"',
    'unknown field "spec.template.spec.containers[0].ports[0].x"',
    'unknown field "spec.template.spec.bar"',
    'unknown field "spec.foo"',
  ];

  test('are dropped in silence by default', () => {
    expect(stored('ConfigMap', { foo: 1, metadata: { bar: 2 } })).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', namespace: 'default' },
    });
  });

  test('are dropped with a warning each', () => {
    const warnings: string[] = [];
    stored('Deployment', fields, { fieldValidation: 'Warn', warn: (text) => warnings.push(text) });
    expect(warnings.toSorted()).toEqual(unknown.toSorted());
  });

  test('are an error when validation is strict', () => {
    const text = refusal('ConfigMap', { metadata: { bar: 2 }, foo: 1 }, undefined, { fieldValidation: 'Strict' });
    expect(text).toContain('cannot be handled as a ConfigMap: strict decoding error: unknown field "');
    expect(text).toContain('unknown field "metadata.bar"');
  });
});

test('null means absent in a struct and zero in a map', () => {
  expect(stored('ConfigMap', { data: { a: null }, immutable: null }).data).toEqual({ a: '' });
  expect(stored('ConfigMap', { data: {} })).not.toHaveProperty('data');
});

test.each([
  ['1.5', '1500m'],
  ['1000m', '1'],
  ['0.5', '500m'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['1Ki', '1Ki'],
  ['0.5Gi', '512Mi'],
  ['1000', '1k'],
  ['100e3', '100e3'],
  ['0', '0'],
  ['-1', '-1'],
  ['100n', '100n'],
  ['x', undefined],
  ['', undefined],
])('the quantity %s is written %s', (given, written) => {
  expect(canonicalQuantity(given)).toBe(written);
});
