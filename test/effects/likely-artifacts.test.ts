import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { definitionsFromObjects } from '../../src/domain/definitions-from-objects.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import { objectId } from '../../src/domain/target.ts';
import { artifactConfig } from '../../src/effects/push-artifact.ts';
import { Workspace } from '../../src/effects/workspace.ts';
import { DiskTree } from '../../src/streams/disk-tree.ts';
import { configMap, fluxKustomization, kustomization, SOURCE } from '../support/mapped-repository.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

const FILES = {
  'base/kustomization.yaml': kustomization('base.yaml'),
  'base/base.yaml': configMap('base'),
  'apps/a/kustomization.yaml': kustomization('a.yaml', '../../base'),
  'apps/a/a.yaml': configMap('a'),
  'apps/b/kustomization.yaml': kustomization('b.yaml', '../../base'),
  'apps/b/b.yaml': configMap('b'),
  'README.md': 'read me',
};
const A = objectId('Kustomization', 'flux-system', 'a');
const B = objectId('Kustomization', 'flux-system', 'b');

function given() {
  const root = mkdtempSync(join(tmpdir(), 'likely-'));
  roots.push(root);
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [path, text] of Object.entries(FILES)) write(path, text);
  const open = (): Workspace => {
    const workspace = new Workspace({
      tree: new DiskTree(root),
      watchedDir: '.' as RelativePath,
      limits: DEFAULT_LIMITS,
    });
    const objects = [fluxKustomization('a', './apps/a'), fluxKustomization('b', './apps/b')];
    workspace.setDefinitions(definitionsFromObjects(objects.map((object) => ({ object }))), SOURCE);
    return workspace;
  };
  return { root, write, open };
}

const plain = (files: readonly { path: string; mode: number; digest: string; read(): Uint8Array }[] | undefined) =>
  files?.map(({ path, mode, digest, read }) => [path, mode, digest, new TextDecoder().decode(read())]);

function found(workspace: Workspace) {
  return [A, B].map((target) => {
    const outcome = workspace.artifactOf(target);
    return outcome !== undefined && 'artifact' in outcome
      ? [outcome.artifact.content, plain(outcome.artifact.files)]
      : undefined;
  });
}

const paths = fc.subarray(Object.keys(FILES).filter((path) => !path.endsWith('kustomization.yaml')));

it('what is likely to be pushed is what is pushed, where contents alone have changed', () => {
  fc.assert(
    fc.property(paths, fc.stringMatching(/^[a-z]{0,8}$/), (changed, text) => {
      const { write, open } = given();
      const workspace = open();
      const known = workspace.digests();
      for (const path of changed) write(path, path.endsWith('.yaml') ? configMap('other', text) : text);
      const batch = changed as unknown as readonly RelativePath[];
      const likely = workspace.likelyAfter(batch);
      const guessed = [A, B].map((target) => {
        const artifact = likely?.artifactOf(target);
        return artifact === undefined ? undefined : [artifact.content, plain(artifact.files)];
      });
      const shared = plain(likely?.filesToPush());
      const config = likely?.config();
      const resolution = workspace.resolve({ changed: batch, known });
      expect(guessed).toEqual(found(workspace));
      expect(shared).toEqual(plain(workspace.filesToPush()));
      expect(config).toEqual(artifactConfig(resolution.contentDigest, workspace.digests(), workspace.builds()));
      // Whoever is affected was guessed; who only reads a file that is as it was may be, too.
      expect(likely?.targets).toEqual(expect.arrayContaining(resolution.affected.map(({ id }) => id)));
      // It has left no trace.
      const other = open();
      expect(workspace.digests()).toEqual(other.digests());
    }),
    { numRuns: 40 },
  );
});

it('nothing that was looked at ahead is taken for resolved', () => {
  const { write, open } = given();
  const workspace = open();
  const known = workspace.digests();
  write('apps/a/a.yaml', configMap('a', '2'));
  const likely = workspace.likelyAfter(['apps/a/a.yaml' as RelativePath]);
  expect(likely?.targets).toEqual([A]);
  likely?.artifactOf(A);
  likely?.filesToPush();
  expect(workspace.digests()).toEqual(known);
  write('apps/a/a.yaml', configMap('a', '3'));
  const { affected } = workspace.resolve({ changed: ['apps/a/a.yaml' as RelativePath], known });
  expect(affected.map(({ id }) => id)).toEqual([A]);
  expect(JSON.stringify(found(workspace))).toContain('3');
});

it('nothing is guessed where a file came, went, or became a link', () => {
  const { root, write, open } = given();
  const workspace = open();
  write('apps/a/new.yaml', configMap('new'));
  unlinkSync(join(root, 'apps/a/a.yaml'));
  unlinkSync(join(root, 'apps/b/b.yaml'));
  symlinkSync('../../README.md', join(root, 'apps/b/b.yaml'));
  for (const path of ['apps/a/new.yaml', 'apps/a/a.yaml', 'apps/b/b.yaml', 'apps/none.yaml']) {
    expect([path, workspace.likelyAfter([path as RelativePath])]).toEqual([path, undefined]);
  }
});
