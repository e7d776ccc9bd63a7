import { describe, expect, test } from 'vitest';
import { labelSelector } from '../../src/embedded/api/label-selector.ts';
import { selectorFor } from '../../src/embedded/api/selectors.ts';
import { refusal, type StoreFixture, storeFixture } from './store-fixture.ts';

const LABELS = { app: 'web', tier: '3', empty: '' };
const labelled = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', labels: LABELS } };

describe('a label selector', () => {
  test.each([
    ['', true],
    ['app', true],
    ['!app', false],
    ['! none', true],
    ['app=web', true],
    ['app == web', true],
    ['app!=web', false],
    ['none!=web', true],
    ['app in (api, web)', true],
    ['app notin (api,web)', false],
    ['none notin (web)', true],
    ['none in (web)', false],
    ['empty=', true],
    ['empty', true],
    ['none=', false],
    ['empty in ()', true],
    ['app in (,)', false],
    ['app in (b,,c)', false],
    ['tier>2,tier<4', true],
    ['tier>3', false],
    ['app>3', false],
    ['app=web,tier=4', false],
    ['in=1', false],
  ])('%s → %s', (text, selected) => {
    expect(labelSelector(text)(labelled)).toBe(selected);
  });

  const keyRule = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`;
  test.each([
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a===b', "unable to parse requirement: found '=', expected: identifier"],
    ['=b', "found '=', expected: !, identifier, or 'end of string'"],
    ['(a)', "found '(', expected: !, identifier, or 'end of string'"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a foo (b)', "unable to parse requirement: found 'foo', expected: in, notin, =, ==, !=, gt, lt"],
    ['a,,b', "found ',', expected: identifier after ','"],
    ['a,', "found '', expected: identifier after ','"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['-a', `unable to parse requirement: <nil>: Invalid value: "-a": ${keyRule}`],
    [
      'a=-',
      `unable to parse requirement: values[0][a]: Invalid value: "-": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    ],
    [
      'a>x',
      `unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`,
    ],
    [
      'x/y/z=1',
      `unable to parse requirement: <nil>: Invalid value: "x/y/z": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ],
    [
      'A_b/c',
      `unable to parse requirement: <nil>: Invalid value: "A_b/c": prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ],
  ])('refuses %s', (text, message) => {
    expect(refusal(() => labelSelector(text))).toMatchObject({ code: 400, reason: 'BadRequest', message });
  });
});

function selected(fixture: StoreFixture, kind: string, fields: string): readonly string[] {
  const resource = fixture.resource(kind);
  const version = resource.versions[0] ?? 'v1';
  const path = { kind: 'resource', resource, version, namespace: '', name: undefined, subresource: undefined } as const;
  const selects = selectorFor(fixture.store, path, new URLSearchParams({ fieldSelector: fields }));
  return fixture.store
    .list(resource)
    .filter((object) => selects?.(object) !== false)
    .map(({ metadata }) => metadata.name);
}

describe('a field selector', () => {
  const fixture = storeFixture();
  fixture.make('ConfigMap', 'a');
  fixture.make('ConfigMap', 'b');
  fixture.make('Pod', 'p', {}, { spec: { nodeName: 'n' } });
  fixture.make('Secret', 's', {}, { type: 'Opaque' });
  fixture.make('Kustomization', 'k');
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    selectableFields: [{ jsonPath: '.spec.color' }, { jsonPath: '.spec.n' }],
    schema: {
      openAPIV3Schema: {
        type: 'object',
        properties: {
          spec: { type: 'object', properties: { color: { type: 'string' }, n: { type: 'integer' } } },
        },
      },
    },
  };
  const names = { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' };
  const spec = { group: 'example.com', scope: 'Namespaced', names, versions: [version] };
  fixture.make('CustomResourceDefinition', 'widgets.example.com', {}, { spec });
  fixture.make('Widget', 'w', {}, { spec: { color: 'red', n: 3 } });

  test.each([
    ['ConfigMap', 'metadata.name=a', ['a']],
    ['ConfigMap', 'metadata.name==a,metadata.name!=b', ['a']],
    ['ConfigMap', 'metadata.namespace=other', []],
    ['ConfigMap', ',', ['a', 'b']],
    ['ConfigMap', 'metadata.name=a\\,b', []],
    ['Pod', 'spec.nodeName=n,spec.restartPolicy!=Never', ['p']],
    ['Pod', 'spec.host=n,spec.hostNetwork=false', ['p']],
    ['Secret', 'type=Opaque', ['s']],
    ['Namespace', 'status.phase=Active,metadata.name=default', ['default']],
    ['Widget', 'spec.color=red', ['w']],
    ['Widget', 'spec.n=3', ['w']],
    ['Widget', 'spec.n=4', []],
  ])('of %s: %s', (kind, fields, expected) => {
    expect(selected(fixture, kind, fields)).toEqual(expected);
  });

  const only = 'only "metadata.name", "metadata.namespace"';
  test.each([
    ['ConfigMap', 'metadata.name', "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
    ['ConfigMap', 'foo=bar', `"foo" is not a known field selector: ${only}`],
    ['ConfigMap', '=b', `"" is not a known field selector: ${only}`],
    ['ReplicaSet', 'status.replicas=1', `"status.replicas" is not a known field selector: ${only}`],
    ['ConfigMap', 'metadata.name=a=b', 'invalid field selector: unescaped character in value: 61'],
    ['ConfigMap', 'metadata.name=a\\b', 'invalid field selector: invalid escape sequence: \\b'],
    ['Pod', 'foo=b', 'field label not supported: foo'],
    ['Job', 'foo=b', 'field label "foo" not supported for Job'],
    ['Namespace', 'metadata.namespace=b', 'field label not supported: metadata.namespace'],
    ['Widget', 'spec.foo=red', 'field label not supported: spec.foo'],
    ['Kustomization', 'spec.foo=red', 'field label not supported: spec.foo'],
  ])('of %s refuses %s', (kind, fields, message) => {
    expect(refusal(() => selected(fixture, kind, fields))).toMatchObject({ code: 400, reason: 'BadRequest', message });
  });
});
