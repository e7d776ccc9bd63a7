import { describe, expect, it } from 'vitest';
import { isGitRepository, isRemoteFile } from '../../src/domain/remote-resource.ts';

describe('isGitRepository', () => {
  it.each([
    'github.com/org/repo',
    'GitHub.com/org/repo//dir?ref=v1',
    'github.com:org/repo',
    'git@github.com:org/repo.git',
    'git@host:org/repo',
    'https://host/org/repo?ref=main',
    'https://host/repo.git',
    'https://dev.azure.com/org/project/_git/repo',
    'ssh://git@host/org/repo',
    'git::https://host/org/repo',
    'file:///srv/repo',
  ])('takes %s for a repository', (value) => expect(isGitRepository(value)).toBe(true));

  it.each([
    'gitlab.com/org/repo',
    'foo/bar.git',
    'github.com/org',
    '../base',
    'user@host:path',
    'https://host/file.yaml',
    '/abs/org/repo',
    'git::foo.com/a/b',
    'oci://x/y',
    '',
  ])('takes %s for a local path', (value) => expect(isGitRepository(value)).toBe(false));
});

describe('isRemoteFile', () => {
  it('knows URLs by their scheme', () => {
    expect(['https://x/y.yaml', 'HTTP://x', 'ssh://x/y', 'a.yaml'].map(isRemoteFile)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
