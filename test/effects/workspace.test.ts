import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { definitionsFromObjects } from '../../src/domain/definitions-from-objects.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import { Workspace } from '../../src/effects/workspace.ts';
import { DiskTree } from '../../src/streams/disk-tree.ts';
import { asked, configMap, decided, fluxKustomization, kustomization, SOURCE } from '../support/mapped-repository.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'workspace-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function open(objects: readonly KubeObject[], options: { source?: string; watchedDir?: string } = {}) {
  const workspace = new Workspace({
    tree: new DiskTree(root),
    watchedDir: (options.watchedDir ?? '.') as RelativePath,
    limits: DEFAULT_LIMITS,
  });
  const definitions = definitionsFromObjects(objects.map((object) => ({ object })));
  workspace.setDefinitions(definitions, options.source ?? SOURCE);
  const known = workspace.digests();
  return {
    workspace,
    resolve: (...changed: string[]) => workspace.resolve({ changed: changed as RelativePath[], known }),
  };
}

const APP = { 'apps/a/kustomization.yaml': kustomization('a.yaml'), 'apps/a/a.yaml': configMap('a') };

const source = (spec: Record<string, unknown>): KubeObject => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'OCIRepository',
  metadata: { name: 'shop', namespace: 'flux-system' },
  spec,
});

describe('a workspace on disk', () => {
  it('finds the target of a saved file, and what a push would hold', () => {
    write(APP);
    const { workspace, resolve } = open([fluxKustomization('a', './apps/a')]);
    write({ 'apps/a/a.yaml': configMap('a', '2') });
    expect(asked(resolve('apps/a/a.yaml'))).toEqual(['a by closure']);
    const pushed = workspace.filesToPush().map((file) => [file.path, file.mode, new TextDecoder().decode(file.read())]);
    expect(pushed).toEqual([
      ['apps/a/a.yaml', 0o644, configMap('a', '2')],
      ['apps/a/kustomization.yaml', 0o644, kustomization('a.yaml')],
    ]);
  });

  it('follows a directory that is moved, named only by its old and new path', () => {
    write({ ...APP, 'kustomization.yaml': kustomization('apps/a') });
    const { resolve } = open([fluxKustomization('a', './apps/a')]);
    renameSync(join(root, 'apps/a'), join(root, 'apps/b'));
    const resolution = resolve('apps/a', 'apps/b');
    expect(resolution.decisions.map(({ path }) => path).sort()).toEqual([
      'apps/a/a.yaml',
      'apps/a/kustomization.yaml',
      'apps/b/a.yaml',
      'apps/b/kustomization.yaml',
    ]);
    expect(resolution.full).toMatchObject({ reason: 'ambiguous', detail: expect.stringMatching(/does not exist/) });
  });

  it('leaves out what spec.ignore excludes, and symbolic links', () => {
    write({ ...APP, 'apps/a/secret.key': 'x' });
    symlinkSync('a.yaml', join(root, 'apps/a/link.yaml'));
    const { workspace, resolve } = open([fluxKustomization('a', './apps/a'), source({ ignore: '*.key\n' })]);
    expect(workspace.filesToPush().map(({ path }) => path)).toEqual(Object.keys(APP).sort());
    write({ 'apps/a/secret.key': 'y' });
    const resolution = resolve('apps/a/secret.key', 'apps/a/link.yaml');
    expect(decided(resolution)).toEqual(['none: ignored', 'none: ignored']);
    expect(resolution.decisions[0]?.detail).toMatch(/\*\.key.*spec\.ignore/);
    expect(resolution.decisions[1]?.detail).toMatch(/symbolic link/);
  });

  it('counts root-level from the watched directory, and paths from the source root around it', () => {
    write({
      'k8s/top.yaml': configMap('top'),
      'k8s/app/kustomization.yaml': kustomization('a.yaml', '../../shared/s.yaml'),
    });
    write({ 'k8s/app/a.yaml': configMap('a'), 'shared/s.yaml': configMap('s'), 'src/main.yaml': configMap('m') });
    const flux = fluxKustomization('app', './k8s/app', { sourceRef: { kind: 'GitRepository', name: 'repo' } });
    const { resolve } = open([flux], { source: 'GitRepository/flux-system/repo', watchedDir: 'k8s' });
    write({ 'k8s/top.yaml': configMap('top', '2'), 'shared/s.yaml': configMap('s', '2'), 'src/main.yaml': 'x: 1\n' });
    const resolution = resolve('k8s/top.yaml', 'shared/s.yaml', 'src/main.yaml');
    expect(decided(resolution)).toEqual(['full: root-level', 'targeted: closure', 'none: ignored']);
  });

  it('says when the root is gone, rather than pushing nothing', () => {
    write(APP);
    const { resolve } = open([fluxKustomization('a', './apps/a')]);
    rmSync(root, { recursive: true });
    expect(resolve('.').pruneRisk).toMatch(/absent or empty/);
  });

  it('tells what a target reads, and hands out exactly its files', () => {
    write({ ...APP, 'other.yaml': configMap('other') });
    const { workspace } = open([fluxKustomization('a', './apps/a')]);
    const id = 'Kustomization/flux-system/a';
    expect(workspace.originOf(id)).toEqual({ source: SOURCE, generator: undefined });
    expect(workspace.filesOf(id)?.map(({ path }) => path)).toEqual(Object.keys(APP).sort());
    expect(workspace.filesOf('Kustomization/flux-system/none')).toBeUndefined();
  });

  it('complains by name when a file is gone between decision and push', () => {
    write(APP);
    const { workspace } = open([fluxKustomization('a', './apps/a')]);
    const [file] = workspace.filesToPush();
    rmSync(join(root, 'apps'), { recursive: true });
    expect(() => file?.read()).toThrow(/apps\/a\/a\.yaml/);
  });
});
