import { expect, it } from 'vitest';
import { permitsSource } from '../../../src/domain/argo/permitted-source.ts';

const permits = (url: string, ...sourceRepos: string[]): boolean =>
  permitsSource({ apiVersion: 'v1', kind: 'AppProject', metadata: { name: 'p' }, spec: { sourceRepos } }, url);

it('permits what one of the patterns names, and no deny pattern', () => {
  const url = 'oci://registry.example/team/dev';
  expect(permits(url, '*')).toBe(true);
  expect(permits(url, 'https://git.example/*', url)).toBe(true);
  expect(permits(url, 'OCI://Registry.example/team/*')).toBe(true);
  expect(permits(url, 'oci://registry.example/**')).toBe(true);
  expect(permits(url)).toBe(false);
  expect(permits(url, 'https://git.example/*')).toBe(false);
  // One star ends at a slash.
  expect(permits(url, 'oci://registry.example/*')).toBe(false);
  expect(permits(url, '*', '!oci://registry.example/**')).toBe(false);
});
