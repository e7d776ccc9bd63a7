import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createArchive } from '../../src/registry/archive.ts';
import { type ArtifactFile, RecentArchives } from '../../src/registry/recent-archives.ts';

const file = (digest: string | undefined, content = 'x'): ArtifactFile => ({
  path: 'a.yaml',
  mode: 0o644,
  digest,
  read: () => Buffer.from(content),
});

it('keeps an archive by the digests of its files', async () => {
  const archives = new RecentArchives();
  const first = await archives.of([file('1')]);
  expect(await archives.of([file('1')])).toBe(first);
  expect(first).toEqual(await createArchive([file('1')]));
  expect(await archives.of([file('2')])).not.toBe(first);
});

it('keeps none where the digest of a file is not known', async () => {
  const archives = new RecentArchives();
  expect(await archives.of([file(undefined)])).not.toBe(await archives.of([file(undefined)]));
});

it('keeps none that could not be made', async () => {
  const archives = new RecentArchives();
  const broken: ArtifactFile = {
    ...file('1'),
    read: () => {
      throw new Error('gone');
    },
  };
  await expect(archives.of([broken])).rejects.toThrow('gone');
  await expect(archives.of([file('1')])).resolves.toBeDefined();
});

it('forgets the oldest beyond a few, and beyond some megabytes', async () => {
  const archives = new RecentArchives();
  const first = await archives.of([file('first')]);
  for (let other = 0; other < 16; other += 1) await archives.of([file(`${other}`)]);
  expect(await archives.of([file('first')])).not.toBe(first);
  const bytes = randomBytes(6 * 1024 * 1024);
  const big = (digest: string): ArtifactFile => ({ ...file(digest), read: () => bytes });
  const one = await archives.of([big('big')]);
  await archives.of([big('bigger')]);
  expect(await archives.of([big('big')])).not.toBe(one);
});
