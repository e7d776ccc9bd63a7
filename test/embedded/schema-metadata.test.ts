import { describe, expect, test } from 'vitest';
import { refusal, refusalStatus, resourceOf, stored } from './schema-subject.ts';

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const PART =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

describe('names', () => {
  test.each([
    ['ConfigMap', 'A', `Invalid value: "A": ${SUBDOMAIN}`],
    ['ConfigMap', 'a..b', `Invalid value: "a..b": ${SUBDOMAIN}`],
    ['ConfigMap', 'a'.repeat(254), `Invalid value: "${'a'.repeat(254)}": must be no more than 253 characters`],
    ['ConfigMap', '', 'Required value: name or generateName is required'],
    ['Service', 'a.b', 'Invalid value: "a.b": must not contain dots'],
    ['Service', 'a-', `Invalid value: "a-": ${LABEL}`],
    ['Namespace', 'A', `Invalid value: "A": ${LABEL}`],
    ['Role.rbac.authorization.k8s.io', 'a/b', `Invalid value: "a/b": may not contain '/'`],
    ['Role.rbac.authorization.k8s.io', '..', `Invalid value: "..": may not be '..'`],
  ])('%s %j', (qualified, name, why) => {
    const text = refusal(qualified.split('.')[0] ?? '', { metadata: { name }, spec: { ports: [{ port: 80 }] } });
    expect(text).toBe(`${qualified} "${name}" is invalid: metadata.name: ${why}`);
  });

  test('a role may be called nearly anything', () => {
    expect(refusal('Role', { metadata: { name: 'system:A_b' } })).toBe('accepted');
  });

  test('a wrong prefix is told of both the prefix and the name made of it', () => {
    const status = refusalStatus('ConfigMap', { metadata: { name: 'A_x', generateName: 'A_' } });
    const causes = [
      { reason: 'FieldValueInvalid', field: 'metadata.generateName', message: `Invalid value: "A_": ${SUBDOMAIN}` },
      { reason: 'FieldValueInvalid', field: 'metadata.name', message: `Invalid value: "A_x": ${SUBDOMAIN}` },
    ];
    expect(status?.details).toEqual({ name: 'A_x', kind: 'ConfigMap', causes });
  });
});

describe('other metadata', () => {
  test.each([
    [{ labels: { 'a b': 'x' } }, `metadata.labels: Invalid value: "a b": name part ${PART}`],
    [{ labels: { '/c': 'x' } }, 'metadata.labels: Invalid value: "/c": prefix part must be non-empty'],
    [{ labels: { 'A.b/c': 'x' } }, `metadata.labels: Invalid value: "A.b/c": prefix part ${SUBDOMAIN}`],
    [
      { labels: { a: 'x'.repeat(64) } },
      `metadata.labels: Invalid value: "${'x'.repeat(64)}": must be no more than 63 bytes`,
    ],
    [{ annotations: { 'a b': 'x' } }, `metadata.annotations: Invalid value: "a b": name part ${PART}`],
    [{ annotations: { a: 'x'.repeat(262_144) } }, 'metadata.annotations: Too long: may not be more than 262144 bytes'],
    [
      { finalizers: ['a'] },
      'metadata.finalizers[0]: Invalid value: "a": name is neither a standard finalizer name nor is it fully qualified',
    ],
    [
      { finalizers: ['orphan', 'foregroundDeletion'] },
      'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
    ],
    [
      { ownerReferences: [{}] },
      '[metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty, metadata.ownerReferences.kind: Invalid value: "": must not be empty, metadata.ownerReferences.name: Invalid value: "": must not be empty, metadata.ownerReferences.uid: Invalid value: "": must not be empty]',
    ],
    [
      { ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'p', uid: 'u' }] },
      'metadata.ownerReferences: Invalid value: {"apiVersion":"v1","kind":"Event","name":"p","uid":"u"}: /v1, Kind=Event is disallowed from being an owner',
    ],
    [{ generation: -1 }, 'metadata.generation: Invalid value: -1: must be greater than or equal to 0'],
  ])('%j', (metadata, why) => {
    expect(refusal('ConfigMap', { metadata })).toBe(`ConfigMap "x" is invalid: ${why}`);
  });

  test.each([
    [{ annotations: { 'A/b': 'any value at all' } }],
    [{ finalizers: ['kubernetes', 'a.b/c'] }],
    [{ ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' }] }],
  ])('%j is fine', (metadata) => {
    expect(refusal('ConfigMap', { metadata })).toBe('accepted');
  });

  test('a custom resource may have a finalizer without a domain, and is warned', () => {
    const warnings: string[] = [];
    const resource = { ...resourceOf('Kustomization'), schemas: { v1: { type: 'object' } } };
    stored(
      resource,
      { metadata: { finalizers: ['a', 'finalizers.fluxcd.io', 'a.b/c'] } },
      { warn: (text) => warnings.push(text) },
    );
    const reason = 'to avoid accidental conflicts with other finalizer writers';
    expect(warnings).toEqual([
      `metadata.finalizers: "a": prefer a domain-qualified finalizer name ${reason}`,
      `metadata.finalizers: "finalizers.fluxcd.io": prefer a domain-qualified finalizer name including a path (/) ${reason}`,
    ]);
  });

  test('the uid of an object does not change', () => {
    const before = stored('ConfigMap', { metadata: { uid: 'u' } });
    expect(refusal('ConfigMap', { metadata: { uid: 'v' } }, before)).toBe(
      'ConfigMap "x" is invalid: metadata.uid: Invalid value: "v": field is immutable',
    );
  });
});
