import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { definitionsFromObjects } from '../../src/domain/definitions-from-objects.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import { OWED } from '../../src/domain/resolution.ts';
import { Workspace } from '../../src/effects/workspace.ts';
import { DiskTree } from '../../src/streams/disk-tree.ts';
import { temporaryDirectory } from '../engine/log-directory.ts';
import { asked, fluxKustomization, MappedRepository } from '../support/mapped-repository.ts';
import { A, B, SOURCE } from './folded-state.ts';
import { configMap, kustomization } from './layout.ts';
import { SimulatedFiles } from './simulated-files.ts';
import { SimulatedTree } from './simulated-tree.ts';

// See mistakes-found.test.ts: those in what is made of files.

const path = (text: string): RelativePath => text as RelativePath;

const FILES = {
  'a/kustomization.yaml': kustomization(['cm.yaml', 'more.yaml']),
  'a/cm.yaml': configMap('a', 0),
  'a/more.yaml': configMap('more', 0),
  'b/kustomization.yaml': kustomization(['cm.yaml']),
  'b/cm.yaml': configMap('b', 0),
};
const OBJECTS = [fluxKustomization('a', './a'), fluxKustomization('b', './b')];

test('seeds 115 and 9: a target that was emptied while nobody watched is not pruned', () => {
  const before = new MappedRepository({ files: FILES, objects: OBJECTS });
  const files = { ...FILES, 'a/kustomization.yaml': kustomization([]) };
  const after = new MappedRepository({ files, objects: OBJECTS });
  after.known = before.known;
  expect(after.resolve([]).pruneRisk).toContain(A);
  expect(new MappedRepository({ files, objects: OBJECTS }).resolve([]).pruneRisk).toBeUndefined();
});

test('seed 152: what came to light beside a changed file counts as changed', () => {
  const repository = new MappedRepository({ files: FILES, objects: OBJECTS });
  repository.write({ 'a/kustomization.yaml': kustomization(['cm.yaml']), 'a/more.yaml': undefined });
  repository.resolve(['a/more.yaml']);
  repository.write({ 'a/more.yaml': configMap('more', 0), 'a/cm.yaml': configMap('a', 1) });
  expect(repository.resolve(['a/kustomization.yaml']).held).toEqual([]);
  expect(repository.resolve(['a/cm.yaml']).digests[A]).toBe(
    new MappedRepository({ files: Object.fromEntries(repository.tree.files), objects: OBJECTS }).known[A],
  );
});

test('seed 672: a target that is owed is asked although its path is gone', () => {
  const { 'b/cm.yaml': _, 'b/kustomization.yaml': __, ...files } = FILES;
  const repository = new MappedRepository({ files, objects: OBJECTS });
  repository.known = { ...repository.known, [B]: OWED };
  expect(asked(repository.resolve([]))).toEqual(['b by owed']);
});

test('seed 1226: a directory that came meanwhile is found by a sweep, though a file beside it was looked at', () => {
  const files = new SimulatedFiles();
  files.write('apps/a/cm.yaml', 'a');
  const tree = new SimulatedTree(files);
  const seen = (): unknown => [tree.list(path('apps')), tree.facts(path('apps/a/cm.yaml'))];
  tree.list(path('.'));
  seen();
  tree.list(path('apps/a'));
  files.write('apps/b/cm.yaml', 'b');
  tree.invalidate([path('apps/a/cm.yaml')]);
  seen();
  expect(tree.sweep()).toContain('apps/b');
});

test('seed 30: reading a file does not hide that it differs from what was resolved', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'cm.yaml'), 'before');
  const tree = new DiskTree(directory);
  const before = tree.facts(path('cm.yaml'));
  writeFileSync(join(directory, 'cm.yaml'), 'after it');
  expect(String(tree.read(path('cm.yaml')))).not.toBe('');
  expect(tree.facts(path('cm.yaml'))).toEqual(before);
  const swept: string[] = [];
  for await (const found of tree.sweep()) swept.push(found);
  expect(swept).toEqual(['cm.yaml']);
});

test('seed 30: what is to be pushed is told with the digest that was resolved', () => {
  const files = new SimulatedFiles();
  for (const [name, text] of Object.entries(FILES)) files.write(name, text);
  const workspace = new Workspace({ tree: new SimulatedTree(files), watchedDir: path('.'), limits: DEFAULT_LIMITS });
  workspace.setDefinitions({ targets: [], sources: [], generators: [] }, SOURCE);
  const digest = (): string | undefined => workspace.filesToPush().find((file) => file.path === 'a/cm.yaml')?.digest;
  const before = digest();
  files.write('a/cm.yaml', configMap('a', 1));
  for (const file of workspace.filesToPush()) file.read();
  expect(digest()).toBe(before);
});

/** A repository on a disk that this process has not been told everything of. */
function mappedDisk(contents: Readonly<Record<string, string>>): { files: SimulatedFiles; workspace: Workspace } {
  const files = new SimulatedFiles();
  for (const [name, text] of Object.entries(contents)) files.write(name, text);
  const workspace = new Workspace({ tree: new SimulatedTree(files), watchedDir: path('.'), limits: DEFAULT_LIMITS });
  define(workspace, OBJECTS);
  return { files, workspace };
}

function define(workspace: Workspace, objects: readonly KubeObject[]): void {
  workspace.setDefinitions(definitionsFromObjects(objects.map((object) => ({ object }))), SOURCE);
}

test('seed 600001131: what is decided by the new text of a file is decided about that text', () => {
  const { files, workspace } = mappedDisk(FILES);
  const known = workspace.digests();
  files.delete('a/more.yaml');
  files.write('a/kustomization.yaml', kustomization(['cm.yaml']));
  // Of the kustomization file nobody has told yet, and it is read again.
  const { held, digests } = workspace.resolve({ changed: [path('a/more.yaml')], known });
  expect(held).toEqual([]);
  const fresh = mappedDisk(Object.fromEntries(files.files)).workspace;
  expect(digests).toEqual(fresh.digests());
  expect(workspace.filesToPush().map(({ digest }) => digest)).toEqual(fresh.filesToPush().map(({ digest }) => digest));
});

test('seed 600001337: a target that was empty for a moment, while nobody was told of it, is not held', () => {
  const { files, workspace } = mappedDisk(FILES);
  const known = workspace.digests();
  files.write('a/kustomization.yaml', kustomization([]));
  files.write('a/cm.yaml', configMap('a', 1));
  expect(workspace.resolve({ changed: [path('a/cm.yaml')], known }).pruneRisk).toBeDefined();
  files.write('a/kustomization.yaml', FILES['a/kustomization.yaml']);
  expect(workspace.resolve({ changed: [path('a/kustomization.yaml')], known }).pruneRisk).toBeUndefined();
});

test('seed 600002451: what was read when a target was defined, and is as it was by now, does not count', () => {
  const { files, workspace } = mappedDisk(FILES);
  const known = workspace.digests();
  files.write('a/kustomization.yaml', kustomization([]));
  define(workspace, [fluxKustomization('a', './b'), fluxKustomization('b', './b')]);
  define(workspace, OBJECTS);
  files.write('a/kustomization.yaml', FILES['a/kustomization.yaml']);
  const { pruneRisk, digests } = workspace.resolve({ changed: [], known });
  expect(pruneRisk).toBeUndefined();
  expect(digests).toEqual(known);
});

test('seed 2012896: a target whose directory was gone for a while, and came back with nothing to make, is not pruned', () => {
  const repository = new MappedRepository({ files: FILES, objects: OBJECTS });
  const moved = { 'a/kustomization.yaml': undefined, 'a/cm.yaml': undefined, 'a/more.yaml': undefined };
  expect(repository.save(moved).pruneRisk).toBeUndefined();
  expect(repository.save({ 'a/kustomization.yaml': kustomization([]) }).pruneRisk).toContain(A);
});

test('what DiskTree remembers of a file that was read otherwise, or is gone, it says once', () => {
  const directory = temporaryDirectory();
  for (const name of ['changed', 'gone', 'same']) writeFileSync(join(directory, name), name);
  const tree = new DiskTree(directory);
  for (const name of ['changed', 'gone', 'same']) tree.facts(path(name));
  writeFileSync(join(directory, 'changed'), 'otherwise');
  rmSync(join(directory, 'gone'));
  for (const name of ['changed', 'gone', 'same']) tree.read(path(name));
  expect(tree.takeOutdated()).toEqual(['changed', 'gone']);
  expect(tree.takeOutdated()).toEqual([]);
});

test('seed 670002241: a directory that went and came back is found by a sweep', async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'apps/a'), { recursive: true });
  writeFileSync(join(directory, 'apps/a/cm.yaml'), 'before');
  const tree = new DiskTree(directory);
  tree.facts(path('apps/a/cm.yaml'));
  rmSync(join(directory, 'apps/a'), { recursive: true });
  tree.invalidate([path('apps/a/cm.yaml')]);
  expect(tree.list(path('apps/a'))).toBeUndefined();
  tree.invalidate(tree.takeOutdated());
  expect(tree.list(path('apps'))).toEqual([]);
  mkdirSync(join(directory, 'apps/a'));
  writeFileSync(join(directory, 'apps/a/cm.yaml'), 'after');
  const swept: string[] = [];
  for await (const found of tree.sweep()) swept.push(found);
  expect(swept).toContain('apps/a/cm.yaml');
});

test('seed 850000898: a target whose path went while nobody watched is told so, and asked again once it is back', () => {
  const { 'b/cm.yaml': _, 'b/kustomization.yaml': __, ...files } = FILES;
  const before = new MappedRepository({ files: FILES, objects: OBJECTS });
  const after = new MappedRepository({ files, objects: OBJECTS });
  after.known = before.known;
  expect(asked(after.resolve([]))).toEqual(['b by owed']);
  // It was asked for, and nobody could tell with which content.
  after.known = { ...before.known, [B]: '' };
  expect(asked(after.resolve([]))).toEqual([]);
});
