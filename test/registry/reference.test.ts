import { describe, expect, it } from 'vitest';
import { isLoopbackRegistry, parseReference, registryOrigin, repositoryUrl } from '../../src/registry/reference.ts';

const DIGEST = `sha256:${'a1'.repeat(32)}`;

describe('an OCI reference', () => {
  it.each<[string, Record<string, string>]>([
    ['oci://ghcr.io/org/apps', { registry: 'ghcr.io', repository: 'org/apps' }],
    ['oci://localhost:5000/apps', { registry: 'localhost:5000', repository: 'apps' }],
    ['oci://localhost:5000/a/b/c:v1.2', { registry: 'localhost:5000', repository: 'a/b/c', tag: 'v1.2' }],
    ['oci://10.0.0.1/a_b:x', { registry: '10.0.0.1', repository: 'a_b', tag: 'x' }],
    ['oci://[::1]:5000/apps', { registry: '[::1]:5000', repository: 'apps' }],
    [`oci://r.example/apps@${DIGEST}`, { registry: 'r.example', repository: 'apps', digest: DIGEST }],
    [`oci://r.example/apps:t@${DIGEST}`, { registry: 'r.example', repository: 'apps', tag: 't', digest: DIGEST }],
  ])('%s', (url, expected) => {
    expect(parseReference(url)).toEqual(expected);
    expect(repositoryUrl(parseReference(url))).toBe(`oci://${expected.registry}/${expected.repository}`);
  });

  it.each([
    ['https://ghcr.io/org/apps', 'expected it to begin with oci://'],
    ['oci://apps', 'expected a registry host and a repository'],
    ['oci:///apps', 'expected a registry host and a repository'],
    ['oci://host/', 'expected a repository'],
    ['oci://host/Apps', 'found "Apps"'],
    ['oci://ho st/apps', 'expected a host'],
    ['oci://host:port/apps', 'expected a host with an optional port'],
    ['oci://host/apps:bad tag', 'expected a tag'],
    ['oci://host/apps:a:b', 'found "a:b"'],
    ['oci://host/apps:', 'expected a tag'],
    ['oci://host/apps@sha256:abc', 'expected a digest'],
    [`oci://host/apps@${DIGEST}@${DIGEST}`, 'at most one @'],
    ['oci://host/../etc', 'expected a repository'],
  ])('%s is refused and says why', (url, why) => {
    expect(() => parseReference(url)).toThrow(why);
  });

  it('is spoken to without TLS on this machine, or where the source says so', () => {
    expect(registryOrigin('localhost:5000', false)).toBe('http://localhost:5000');
    expect(registryOrigin('ghcr.io', false)).toBe('https://ghcr.io');
    expect(registryOrigin('reg.lan:5000', true)).toBe('http://reg.lan:5000');
    expect(registryOrigin('docker.io', false)).toBe('https://registry-1.docker.io');
    expect(
      ['127.0.0.1:1', '[::1]:5000', 'LOCALHOST', '127.evil.example', 'localhost.evil.example'].map(isLoopbackRegistry),
    ).toEqual([true, true, true, false, false]);
  });
});
