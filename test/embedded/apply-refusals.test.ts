import { describe, expect, test } from 'vitest';
import { appliedYaml } from '../../src/embedded/store/applied-yaml.ts';
import { PatchBody } from '../../src/embedded/store/patch-body.ts';
import { applyFixture, deployment } from './apply-fixture.ts';
import { refusal } from './store-fixture.ts';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } };
const UNTYPED = 'failed to create typed patch object (/x; /v1, Kind=ConfigMap): ';

/** What a real server of version 1.36 answers to an apply to an existing ConfigMap `x`. */
const ANSWERS: readonly (readonly [what: string, configuration: unknown, code: number, message: string])[] = [
  ['managed fields', { ...CONFIG_MAP, metadata: { managedFields: [] } }, 400, 'metadata.managedFields must be nil'],
  ['another kind', { ...CONFIG_MAP, kind: 'Secret' }, 400, 'invalid object type: /v1, Kind=Secret'],
  ['another version', { ...CONFIG_MAP, apiVersion: 'v2' }, 400, 'invalid object type: /v2, Kind=ConfigMap'],
  ['no kind', { apiVersion: 'v1' }, 400, 'invalid object type: /v1, Kind='],
  ['an empty body', new PatchBody('', appliedYaml), 400, 'invalid object type: /, Kind='],
  [
    'another name',
    { ...CONFIG_MAP, metadata: { name: 'y' } },
    400,
    'the name of the object (y) does not match the name on the URL (x)',
  ],
  [
    'another namespace',
    { ...CONFIG_MAP, metadata: { name: 'x', namespace: 'other' } },
    400,
    'the namespace of the provided object does not match the namespace sent on the request',
  ],
  [
    'a list',
    new PatchBody('[]', appliedYaml),
    400,
    'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}',
  ],
  [
    'bad YAML',
    new PatchBody('a: b: c', appliedYaml),
    400,
    'error decoding YAML: error converting YAML to JSON: yaml: mapping values are not allowed in this context',
  ],
  [
    'unfinished YAML',
    new PatchBody('{a: [', appliedYaml),
    400,
    'error decoding YAML: error converting YAML to JSON: yaml: line 1: did not find expected node content',
  ],
  ['an unknown field', { ...CONFIG_MAP, foo: 1 }, 500, `${UNTYPED}.foo: field not declared in schema`],
  [
    'a value of the wrong type',
    { ...CONFIG_MAP, data: { a: 1 } },
    500,
    `${UNTYPED}.data.a: expected string, got &value.valueUnstructured{Value:1}`,
  ],
  [
    'several values of the wrong type',
    { ...CONFIG_MAP, metadata: { name: 'x', labels: [] }, data: 'text' },
    500,
    `${UNTYPED}errors:\n  .data: expected map, got &{text}\n  .metadata.labels: expected map, got &{[]}`,
  ],
  [
    'a finalizer twice',
    { ...CONFIG_MAP, metadata: { name: 'x', finalizers: ['a.b/c', 'a.b/c'] } },
    500,
    `${UNTYPED}.metadata.finalizers: duplicate entries for key [="a.b/c"]`,
  ],
  [
    'another uid',
    { ...CONFIG_MAP, metadata: { name: 'x', uid: 'z' } },
    422,
    'ConfigMap "x" is invalid: metadata.uid: Invalid value: "z": field is immutable',
  ],
  [
    'a stale resourceVersion',
    { ...CONFIG_MAP, metadata: { name: 'x', resourceVersion: '1' } },
    409,
    'Operation cannot be fulfilled on configmaps "x": the object has been modified; please apply your changes to the latest version and try again',
  ],
];

describe('an apply is refused for', () => {
  test.each(ANSWERS)('%s', (_what, configuration, code, message) => {
    const { apply, patch } = applyFixture();
    apply('a', 'ConfigMap', 'x', { data: { one: '1' } });
    const body = refusal(() => patch('apply', 'ConfigMap', 'x', configuration, { fieldManager: 'a' }));
    expect({ code: body.code, message: body.message }).toEqual({ code, message });
  });

  test('a manager that is not named', () => {
    const { patch } = applyFixture();
    expect(refusal(() => patch('apply', 'ConfigMap', 'x', CONFIG_MAP))).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      details: { group: 'meta.k8s.io', kind: 'PatchOptions' },
    });
  });

  test('a new object without its name, with a uid, or of a subresource', () => {
    const { patch } = applyFixture();
    const options = { fieldManager: 'a' };
    const refused = (metadata: object, more: object = {}) =>
      refusal(() => patch('apply', 'Pod', 'x', { apiVersion: 'v1', kind: 'Pod', metadata }, { ...options, ...more }));
    expect(refused({})).toMatchObject({
      code: 400,
      message: 'the name of the object (x based on URL) was undeterminable: name must be provided',
    });
    expect(refused({ uid: 'u' })).toMatchObject({
      code: 409,
      message:
        'Operation cannot be fulfilled on pods "x": uid mismatch: the provided object specified uid u, and no existing object was found',
    });
    expect(refused({ name: 'x' }, { subresource: 'status' })).toMatchObject({ code: 404 });
  });

  test.each([
    [
      'two containers of one name',
      { template: { spec: { containers: [{ name: 'a' }, { name: 'a' }] } } },
      '.spec.template.spec.containers: duplicate entries for key [name="a"]',
    ],
    ['text for a number', { replicas: '3' }, '.spec.replicas: expected numeric (int or float), got string'],
  ])('%s', (_what, spec, why) => {
    const { apply } = applyFixture();
    apply('a', 'Deployment', 'x', deployment());
    expect(refusal(() => apply('b', 'Deployment', 'x', { spec })).message).toBe(
      `failed to create typed patch object (/x; apps/v1, Kind=Deployment): ${why}`,
    );
  });

  test('a namespace that is not there', () => {
    const { access, resource } = applyFixture();
    const body = refusal(() =>
      access.patch(resource('ConfigMap'), 'nowhere', 'x', 'apply', CONFIG_MAP, { fieldManager: 'a' }),
    );
    expect(body).toMatchObject({ code: 404, message: 'namespaces "nowhere" not found' });
  });
});

describe('the YAML of an apply', () => {
  test('is read as version 1.1: y is true', () => {
    const { patch } = applyFixture();
    const body = new PatchBody('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  y: "1"\n', appliedYaml);
    expect(patch('apply', 'ConfigMap', 'x', body, { fieldManager: 'a' }).data).toEqual({ true: '1' });
  });

  test('may say a thing twice: the last counts, with a warning, unless it is to be strict', () => {
    const { patch } = applyFixture();
    const body = new PatchBody(
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  k: "1"\n  k: "2"\n',
      appliedYaml,
    );
    const warnings: string[] = [];
    const warn = (text: string) => warnings.push(text);
    const object = patch('apply', 'ConfigMap', 'x', body, { fieldManager: 'a', fieldValidation: 'Warn', warn });
    expect(object.data).toEqual({ k: '2' });
    expect(warnings).toEqual(['line 6: key "k" already set in map']);
    const strict = refusal(() =>
      patch('apply', 'ConfigMap', 'x', body, { fieldManager: 'a', fieldValidation: 'Strict' }),
    );
    expect(strict).toMatchObject({
      code: 400,
      message:
        'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 6: key "k" already set in map',
    });
  });
});
