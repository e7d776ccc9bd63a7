import { describe, expect, test } from 'vitest';
import { PatchBody, type PatchType } from '../../src/embedded/store/patch-body.ts';
import { applyFixture, THINGS } from './apply-fixture.ts';
import { refusal } from './store-fixture.ts';

function configMap(): ReturnType<typeof applyFixture> {
  const fixture = applyFixture();
  const metadata = { finalizers: ['a.b/1', 'a.b/2'], annotations: { 'x.y/z': '1' } };
  fixture.make('ConfigMap', 'x', metadata, { data: { a: '1', b: '2' } });
  return fixture;
}

const OPERATIONS = '[]handlers.jsonPatchOp';
const MAP = 'Go value of type map[string]interface {}';

describe('the body of a patch', () => {
  test.each<readonly [PatchType, string, string]>([
    ['json', '{"op":"add"}', `error decoding patch: json: cannot unmarshal object into Go value of type ${OPERATIONS}`],
    ['json', '"x"', `error decoding patch: json: cannot unmarshal string into Go value of type ${OPERATIONS}`],
    ['json', '["a"]', 'error decoding patch: json: cannot unmarshal string into Go value of type handlers.jsonPatchOp'],
    [
      'json',
      '[{"op":5}]',
      'error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string',
    ],
    ['json', '', 'error decoding patch: unexpected end of JSON input'],
    ['json', '[{', 'error decoding patch: unexpected end of JSON input'],
    ['merge', '[]', `error decoding patch: json: cannot unmarshal array into ${MAP}`],
    ['merge', '"s"', `error decoding patch: json: cannot unmarshal string into ${MAP}`],
    ['merge', '5', `error decoding patch: json: cannot unmarshal number into ${MAP}`],
    ['merge', 'null', 'Invalid JSON Patch'],
    ['merge', '{"a":', 'error decoding patch: unexpected end of JSON input'],
    ['merge', '{"a":1}}', "error decoding patch: invalid character '}' after top-level value"],
    ['merge', '{a:1}', "error decoding patch: invalid character 'a' looking for beginning of object key string"],
    ['merge', '{"a":1,}', "error decoding patch: invalid character '}' looking for beginning of object key string"],
    ['merge', '{"a" 1}', "error decoding patch: invalid character '1' after object key"],
    ['strategic', '[]', `json: cannot unmarshal array into ${MAP}`],
    ['strategic', '{"a', 'unexpected end of JSON input'],
  ])('of type %s that is %s is a bad request', (type, text, message) => {
    const body = refusal(() => configMap().patch(type, 'ConfigMap', 'x', new PatchBody(text)));
    expect(body).toMatchObject({ code: 400, reason: 'BadRequest', message });
  });

  test('is not looked at when there is no such object', () => {
    const body = refusal(() => configMap().patch('json', 'ConfigMap', 'nope', new PatchBody('{')));
    expect(body).toMatchObject({ code: 404, message: 'configmaps "nope" not found' });
  });
});

describe('a patch may not change', () => {
  test.each<readonly [what: string, patch: object, code: number, message: string | RegExp]>([
    ['the name', { metadata: { name: 'y' } }, 400, 'the name of the object (y) does not match the name on the URL (x)'],
    [
      'metadata into nothing',
      { metadata: null },
      400,
      'the name of the object (x based on URL) was undeterminable: name must be provided',
    ],
    [
      'the namespace',
      { metadata: { namespace: 'other' } },
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    [
      'the uid',
      { metadata: { uid: 'z' } },
      422,
      'ConfigMap "x" is invalid: metadata.uid: Invalid value: "z": field is immutable',
    ],
    [
      'an object of another version',
      { metadata: { resourceVersion: '1' } },
      409,
      /^Operation cannot be fulfilled on configmaps "x": the object has been modified/,
    ],
    [
      'the kind',
      { kind: 'Other' },
      422,
      /^ "" is invalid: patch: Invalid value: ".*": no kind "Other" is registered for version "v1" in scheme "pkg\/runtime\/scheme.go:111"$/,
    ],
    [
      'the kind into a number',
      { kind: 5 },
      422,
      /couldn't get version\/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string$/,
    ],
    ['the kind into another of its own', { kind: 'Secret' }, 422, /: illegal base64 data at input byte 0$/],
    ['the apiVersion', { apiVersion: 'v2' }, 422, /: no kind "ConfigMap" is registered for version "v2" in scheme/],
    [
      'metadata into text',
      { metadata: 'text' },
      422,
      /: json: cannot unmarshal string into Go struct field ConfigMap.metadata of type v1.ObjectMeta$/,
    ],
    [
      'a value into another type',
      { data: { a: 5 } },
      422,
      /: json: cannot unmarshal number into Go struct field ConfigMap.data of type string$/,
    ],
  ])('%s', (_what, patch, code, message) => {
    const { patch: send, find } = configMap();
    const before = find('ConfigMap', 'x');
    const body = refusal(() => send('merge', 'ConfigMap', 'x', patch));
    expect(body.code).toBe(code);
    if (typeof message === 'string') expect(body.message).toBe(message);
    else expect(body.message).toMatch(message);
    expect(find('ConfigMap', 'x')).toBe(before);
  });

  test.each<readonly [what: string, patch: object, message: string | RegExp]>([
    ['the kind', { kind: 'X' }, 'X.example.com "x" is invalid: kind: Invalid value: "X": must be Thing'],
    [
      'the apiVersion',
      { apiVersion: 'v9' },
      'Thing "x" is invalid: apiVersion: Invalid value: "v9": must be example.com/v1',
    ],
    ['the kind into nothing', { kind: null }, /: Object 'Kind' is missing in '\{"apiVersion":"example.com\/v1",/],
    [
      'the resourceVersion into nothing',
      { metadata: { resourceVersion: null } },
      'things.example.com "x" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    ],
  ])('%s of a custom resource', (_what, patch, message) => {
    const fixture = applyFixture();
    fixture.store.create(fixture.resource('CustomResourceDefinition'), THINGS);
    fixture.make('Thing', 'x');
    const body = refusal(() => fixture.patch('merge', 'Thing', 'x', patch));
    expect(body.code).toBe(422);
    if (typeof message === 'string') expect(body.message).toBe(message);
    else expect(body.message).toMatch(message);
  });

  test('a custom resource strategically', () => {
    const fixture = applyFixture();
    fixture.make('Kustomization', 'x');
    expect(refusal(() => fixture.patch('strategic', 'Kustomization', 'x', {}))).toMatchObject({ code: 415 });
  });
});

describe('a patch', () => {
  test('that leaves kind, apiVersion, namespace, uid or resourceVersion out goes by those of the object', () => {
    const { patch } = configMap();
    const metadata = { namespace: null, uid: null, resourceVersion: null };
    const after = patch('merge', 'ConfigMap', 'x', { kind: null, apiVersion: null, metadata, data: { a: null } });
    expect(after).toMatchObject({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { namespace: 'default' },
      data: { b: '2' },
    });
    expect(after.metadata.uid).toBeDefined();
  });

  test('with the current resourceVersion goes through', () => {
    const { patch, find } = configMap();
    const resourceVersion = find('ConfigMap', 'x')?.metadata.resourceVersion;
    const after = patch('merge', 'ConfigMap', 'x', { metadata: { resourceVersion }, data: { a: '9' } });
    expect(after.data).toEqual({ a: '9', b: '2' });
  });

  test.each<readonly [PatchType, unknown]>([
    ['json', [{ op: 'replace', path: '/data/a', value: '9' }]],
    ['merge', { data: { a: '9' } }],
    ['strategic', { data: { a: '9' } }],
  ])('of type %s as a dry run changes nothing', (type, body) => {
    const { patch, find } = configMap();
    const before = find('ConfigMap', 'x');
    expect(patch(type, 'ConfigMap', 'x', body, { dryRun: true }).data).toEqual({ a: '9', b: '2' });
    expect(find('ConfigMap', 'x')).toBe(before);
  });

  test('that changes nothing makes no new version', () => {
    const { patch, find } = configMap();
    const before = find('ConfigMap', 'x');
    expect(patch('merge', 'ConfigMap', 'x', { data: { a: '1' } })).toBe(before);
  });
});
