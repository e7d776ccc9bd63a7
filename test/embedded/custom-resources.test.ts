import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { realClock } from '../../src/embedded/clock.ts';
import { acceptDefinitions } from '../../src/embedded/schema/definition-conditions.ts';
import { schemaOf } from '../../src/embedded/schema/schema-of.ts';
import { clusterStore } from '../../src/embedded/store/cluster-store.ts';
import type { ObjectStore } from '../../src/embedded/store/object-store.ts';
import { type ApiResource, ResourceRegistry } from '../../src/embedded/store/resource-registry.ts';
import { type Draft, refusal, resourceOf, stored } from './schema-subject.ts';

const keyed = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] };
const SPEC = {
  type: 'object',
  required: ['a'],
  properties: {
    a: { type: 'string', minLength: 2, maxLength: 4, pattern: '^[a-z]+$' },
    e: { type: 'string', enum: ['x', 'y'] },
    n: { type: 'integer', minimum: 1, maximum: 10 },
    nx: { type: 'integer', minimum: 1, exclusiveMinimum: true },
    m: { type: 'integer', multipleOf: 5 },
    b: { type: 'boolean', default: true },
    l: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 2 },
    st: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    mp: {
      type: 'array',
      items: {
        type: 'object',
        required: ['k'],
        properties: { k: { type: 'string' }, v: { type: 'string', default: 'z' } },
      },
      ...keyed,
    },
    map: { type: 'object', additionalProperties: { type: 'integer' }, minProperties: 1, maxProperties: 2 },
    p: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: { type: 'string' } } },
    er: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
    ios: { 'x-kubernetes-int-or-string': true },
    nu: { type: 'string', nullable: true },
    dt: { type: 'string', format: 'date-time' },
    i32: { type: 'integer', format: 'int32' },
    o: { type: 'object', default: {}, properties: { x: { type: 'integer', default: 5 } } },
    one: {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
      oneOf: [{ required: ['a'] }, { required: ['b'] }],
    },
    nt: { type: 'object', properties: { a: { type: 'string' } }, not: { required: ['a'] } },
  },
};
const STATUS = { type: 'object', properties: { phase: { type: 'string' }, n: { type: 'integer' } } };

function definition(schema: Draft, version: Draft = {}, spec: Draft = {}): KubeObject {
  const v1 = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version };
  const names = { plural: 'foos', kind: 'Foo' };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'foos.example.com' },
    spec: { group: 'example.com', scope: 'Namespaced', names, versions: [v1], ...spec },
  };
}

function served(schema: Draft, version: Draft = {}): ApiResource {
  const registry = new ResourceRegistry();
  const { metadata, spec } = definition(schema, version);
  registry.define(stored('CustomResourceDefinition', { metadata, spec }));
  const resource = registry.ofKind('Foo');
  if (resource === undefined) throw new Error('Foo is not served');
  return resource;
}

const foo = served(
  { type: 'object', required: ['spec'], properties: { spec: SPEC, status: STATUS } },
  { subresources: { status: {} } },
);

describe('a custom resource that its schema does not allow is refused in the words of the real server', () => {
  test.each([
    [undefined, 'spec: Required value'],
    [{ a: null }, 'spec.a: Required value'],
    [{ a: '' }, 'spec.a: Invalid value: "": spec.a in body should be at least 2 chars long'],
    [{ a: 'abcde' }, 'spec.a: Too long: may not be more than 4 bytes'],
    [{ a: 'AB' }, `spec.a: Invalid value: "AB": spec.a in body should match '^[a-z]+$'`],
    [{ a: 5 }, 'spec.a: Invalid value: "integer": spec.a in body must be of type string: "integer"'],
    [{ e: 'z' }, 'spec.e: Unsupported value: "z": supported values: "x", "y"'],
    [
      { e: 5 },
      '[spec.e: Invalid value: "integer": spec.e in body must be of type string: "integer", spec.e: Unsupported value: 5: supported values: "x", "y"]',
    ],
    [{ n: 0 }, 'spec.n: Invalid value: 0: spec.n in body should be greater than or equal to 1'],
    [{ n: 11 }, 'spec.n: Invalid value: 11: spec.n in body should be less than or equal to 10'],
    [
      { n: 1.5 },
      '[spec.n: Invalid value: "number": spec.n in body must be of type integer: "number", <nil>: Invalid value: "": Checked value must be of type integer (default format) in spec.n]',
    ],
    [{ nx: 1 }, 'spec.nx: Invalid value: 1: spec.nx in body should be greater than 1'],
    [{ m: 3 }, 'spec.m: Invalid value: 3: spec.m in body should be a multiple of 5'],
    [{ b: 'x' }, 'spec.b: Invalid value: "string": spec.b in body must be of type boolean: "string"'],
    [{ l: [] }, 'spec.l: Invalid value: 0: spec.l in body should have at least 1 items'],
    [{ l: ['1', '2', '3'] }, 'spec.l: Too many: 3: must have at most 2 items'],
    [{ l: [1] }, 'spec.l[0]: Invalid value: "integer": spec.l[0] in body must be of type string: "integer"'],
    [{ l: [null] }, 'spec.l[0]: Invalid value: "null": spec.l[0] in body must be of type string: "null"'],
    [{ st: ['a', 'a'] }, 'spec.st[1]: Duplicate value: "a"'],
    [{ mp: [{ k: 'a' }, { k: 'a' }] }, 'spec.mp[1]: Duplicate value: {"k":"a"}'],
    [{ mp: [{ v: 'a' }] }, 'spec.mp[0].k: Required value'],
    [{ map: {} }, 'spec.map: Invalid value: 0: spec.map in body should have at least 1 properties'],
    [{ map: { a: 'x' } }, 'spec.map.a: Invalid value: "string": spec.map.a in body must be of type integer: "string"'],
    [
      { p: { known: 5 } },
      'spec.p.known: Invalid value: "integer": spec.p.known in body must be of type string: "integer"',
    ],
    [{ er: {} }, '[spec.er.apiVersion: Required value, spec.er.kind: Required value]'],
    [{ ios: true }, 'spec.ios: Invalid value: "boolean": spec.ios in body must be of type integer,string: "boolean"'],
    [{ dt: 'x' }, 'spec.dt: Invalid value: "x": spec.dt in body must be of type date-time: "x"'],
    [
      { i32: 99_999_999_999 },
      '<nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec.i32',
    ],
    [
      { one: {} },
      '[<nil>: Invalid value: "": "spec.one" must validate one and only one schema (oneOf). Found none valid, spec.one.a: Required value]',
    ],
    [
      { one: { a: '1', b: '2' } },
      '<nil>: Invalid value: "": "spec.one" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    ],
    [{ nt: { a: '1' } }, '<nil>: Invalid value: "": "spec.nt" must not validate the schema (not)'],
    ['str', 'spec: Invalid value: "string": spec in body must be of type object: "string"'],
  ])('%j', (spec, why) => {
    const fields = typeof spec === 'object' ? { spec: { a: 'ab', ...spec } } : spec === undefined ? {} : { spec };
    expect(refusal(foo, fields)).toBe(`Foo.example.com "x" is invalid: ${why}`);
  });

  test('a status is told of without its place, as there', () => {
    const before = stored(foo, { spec: { a: 'ab' } });
    expect(refusal(foo, { spec: { a: 'ab' }, status: { phase: 5 } }, before, { subresource: 'status' })).toBe(
      'Foo.example.com "x" is invalid: status.phase: Invalid value: "integer": phase in body must be of type string: "integer"',
    );
  });

  test('rules that are not evaluated are named as such when something else is wrong', () => {
    const spec = { type: 'object', required: ['a'], 'x-kubernetes-validations': [{ rule: 'self.a > 1' }] };
    const ruled = served({ type: 'object', properties: { spec } });
    expect(refusal(ruled, { spec: {} })).toBe(
      'Foo.example.com "x" is invalid: [spec.a: Required value, <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]',
    );
  });

  test('a scale that is no number is refused', () => {
    const scale = { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n' };
    const scaled = served(
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      { subresources: { scale } },
    );
    expect(refusal(scaled, { spec: { n: 'x' } })).toBe(
      'Foo.example.com "x" is invalid: .spec.n: Invalid value: 0: .spec.n accessor error: x is of the type string, expected int64',
    );
  });

  test('what was invalid before may stay, other fields may change', () => {
    const before = { ...stored(foo, { spec: { a: 'ab' } }), spec: { a: 'ab', n: 99 } };
    expect(refusal(foo, { spec: { a: 'cd', n: 99 } }, before)).toBe('accepted');
    expect(refusal(foo, { spec: { a: 'cd', n: 98 } }, before)).toContain('less than or equal to 10');
  });
});

describe('a custom resource is stored', () => {
  test('with its defaults, without unknown fields and without null', () => {
    const spec = {
      a: 'ab',
      zz: 1,
      o: { q: 1 },
      mp: [{ k: 'a', y: 1 }],
      n: null,
      nu: null,
      p: { free: { x: 1 } },
      ios: '50%',
    };
    expect(stored(foo, { spec, top: 1 })).toEqual({
      apiVersion: 'example.com/v1',
      kind: 'Foo',
      metadata: { name: 'x', namespace: 'default' },
      spec: {
        a: 'ab',
        b: true,
        o: { x: 5 },
        mp: [{ k: 'a', v: 'z' }],
        nu: null,
        p: { free: { x: 1 } },
        ios: '50%',
      },
    });
  });

  test('with the metadata of embedded resources as far as there is such a field', () => {
    const er = { apiVersion: 'v1', kind: 'X', metadata: { name: 'A_', foo: 1 }, q: 1 };
    const warnings: string[] = [];
    const object = stored(
      foo,
      { spec: { a: 'ab', er } },
      { fieldValidation: 'Warn', warn: (text) => warnings.push(text) },
    );
    expect(object.spec?.er).toEqual({ apiVersion: 'v1', kind: 'X', metadata: { name: 'A_' }, q: 1 });
    expect(warnings).toEqual(['unknown field "spec.er.metadata.foo"']);
  });

  test('unless strict validation finds unknown fields, which are told in order', () => {
    const fields = { spec: { a: 'ab', zz: 1, o: { q: 1 } }, top: 1, metadata: { foo: 1 } };
    expect(refusal(foo, fields, undefined, { fieldValidation: 'Strict' })).toBe(
      'Foo in version "v1" cannot be handled as a Foo: strict decoding error: unknown field "metadata.foo", unknown field "spec.o.q", unknown field "spec.zz", unknown field "top"',
    );
  });
});

describe('a definition that is not valid is refused in the words of the real server', () => {
  const schemaError = (schema: Draft) => definition({ type: 'object', properties: { a: schema } });
  const at = 'spec.validation.openAPIV3Schema';
  const object = { type: 'object' };
  test.each([
    [
      definition(object, {}, { scope: 'x' }),
      'spec.scope: Unsupported value: "x": supported values: "Cluster", "Namespaced"',
    ],
    [
      definition(object, {}, { group: 'example' }),
      '[metadata.name: Invalid value: "foos.example.com": must be spec.names.plural+"."+spec.group, spec.group: Invalid value: "example": should be a domain with at least one dot]',
    ],
    [
      definition(object, {}, { names: { plural: 'foos' } }),
      '[spec.names.singular: Required value, spec.names.kind: Required value, spec.names.listKind: Required value]',
    ],
    [definition(object, { schema: undefined }), 'spec.versions[0].schema.openAPIV3Schema: Required value'],
    [definition({}), `${at}.type: Required value: must not be empty at the root`],
    [schemaError({}), `${at}.properties[a].type: Required value: must not be empty for specified object fields`],
    [
      schemaError({ type: 'foo' }),
      `${at}.properties[a].type: Unsupported value: "foo": supported values: "array", "boolean", "integer", "number", "object", "string"`,
    ],
    [schemaError({ type: 'array' }), `${at}.properties[a].items: Required value: must be specified`],
    [
      schemaError({ type: 'string', default: 5 }),
      `${at}.properties[a].default: Invalid value: "integer":  in body must be of type string: "integer"`,
    ],
    [
      schemaError({ type: 'array', items: { type: 'object', properties: { k: { type: 'string' } } }, ...keyed }),
      `${at}.properties[a].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
    ],
    [
      schemaError({ type: 'object', properties: { x: { type: 'string' } }, additionalProperties: { type: 'string' } }),
      `${at}.properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`,
    ],
    [
      schemaError({ type: 'array', uniqueItems: true, items: { type: 'string' } }),
      `${at}.properties[a].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`,
    ],
    [
      definition(object, { additionalPrinterColumns: [{ name: 'a', type: 'foo', jsonPath: 'x' }] }),
      '[spec.additionalPrinterColumns[0].type: Invalid value: "foo": must be one of boolean,date,integer,number,string, spec.additionalPrinterColumns[0].JSONPath: Invalid value: "x": must be a simple json path starting with .]',
    ],
    [
      definition(object, { subresources: { scale: {} } }),
      '[spec.subresources.scale.specReplicasPath: Required value, spec.subresources.scale.statusReplicasPath: Required value]',
    ],
    [
      definition(object, {}, { conversion: { strategy: 'Webhook' } }),
      '[spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook, spec.conversion.conversionReviewVersions: Required value]',
    ],
  ])('%j', ({ metadata, spec }, why) => {
    expect(refusal('CustomResourceDefinition', { metadata, spec })).toBe(
      `CustomResourceDefinition.apiextensions.k8s.io "foos.example.com" is invalid: ${why}`,
    );
  });

  test('a version that was ever stored stays', () => {
    const { metadata, spec } = definition(object);
    const before = stored('CustomResourceDefinition', { metadata, spec });
    const next = definition(object, { name: 'v2' });
    expect(refusal('CustomResourceDefinition', { metadata, spec: next.spec }, before)).toContain(
      'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version',
    );
  });
});

describe('the life of a definition', () => {
  const crds = resourceOf('CustomResourceDefinition');
  function store(): ObjectStore {
    const made = clusterStore(realClock);
    acceptDefinitions(made, realClock);
    return made;
  }

  test('it is completed and accepted, and its resource is served at once', () => {
    const made = store();
    made.create(crds, definition({ type: 'object' }));
    const { spec, status } = made.get(crds, '', 'foos.example.com');
    expect(spec).toMatchObject({
      names: { plural: 'foos', singular: 'foo', kind: 'Foo', listKind: 'FooList' },
      conversion: { strategy: 'None' },
    });
    expect(status).toMatchObject({
      acceptedNames: { plural: 'foos', singular: 'foo', kind: 'Foo', listKind: 'FooList' },
      storedVersions: ['v1'],
      conditions: [
        { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
        {
          type: 'Established',
          status: 'True',
          reason: 'InitialNamesAccepted',
          message: 'the initial names have been accepted',
        },
      ],
    });
    expect(made.resources.byPath('example.com', 'v1', 'foos')).toMatchObject({ kind: 'Foo', hasStatus: false });
  });

  test('a changed schema holds from then on', () => {
    const made = store();
    const created = made.create(crds, definition({ type: 'object' }));
    const spec = definition({ type: 'object', required: ['spec'] }).spec;
    made.update(crds, {
      apiVersion: created.apiVersion,
      kind: created.kind,
      metadata: { name: 'foos.example.com' },
      ...(spec === undefined ? {} : { spec }),
    });
    const resource = made.resources.ofKind('Foo');
    expect(resource && schemaOf(resource, 'v1')?.required).toEqual(['spec']);
  });

  test('several versions are served with their own columns and schemas, the most stable first', () => {
    const version = (name: string, storage: boolean) => ({
      name,
      served: true,
      storage,
      schema: { openAPIV3Schema: { type: 'object', properties: { [name]: { type: 'string' } } } },
      additionalPrinterColumns: [{ name, type: 'string', jsonPath: `.${name}` }],
    });
    const registry = new ResourceRegistry();
    registry.define(
      definition({}, {}, { versions: [version('v1alpha1', false), version('v1', false), version('v1beta2', true)] }),
    );
    const resource = registry.ofKind('Foo');
    expect(resource?.versions).toEqual(['v1', 'v1beta2', 'v1alpha1']);
    expect(resource?.printerColumns?.v1beta2).toEqual([{ name: 'v1beta2', type: 'string', jsonPath: '.v1beta2' }]);
    expect(Object.keys((resource && schemaOf(resource, 'v1alpha1')?.properties) ?? {})).toContain('v1alpha1');
  });

  test('a kind of Flux becomes what its definition says; one of Kubernetes does not', () => {
    const registry = new ResourceRegistry();
    const names = { plural: 'kustomizations', kind: 'Kustomization' };
    registry.define(definition({ type: 'object' }, {}, { group: 'kustomize.toolkit.fluxcd.io', names }));
    expect(registry.ofKind('Kustomization')).toMatchObject({ versions: ['v1'], schemas: { v1: { type: 'object' } } });
    registry.define(
      definition({ type: 'object' }, {}, { group: 'apps', names: { plural: 'deployments', kind: 'Deployment' } }),
    );
    expect(registry.ofKind('Deployment')?.schemas).toBeUndefined();
  });
});
