import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildKustomization, findKustomizeBuilder } from '../../src/effects/kustomize-build.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'builder-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function program(name: string, script: string): string {
  const path = join(root, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('finding a builder', () => {
  it('prefers kubectl, and takes kustomize where only that is installed', () => {
    const kustomize = program('a/kustomize', '');
    expect(findKustomizeBuilder(join(root, 'a'))).toEqual({ program: kustomize, leadingArguments: ['build'] });
    const kubectl = program('b/kubectl', '');
    expect(findKustomizeBuilder([join(root, 'a'), join(root, 'b')].join(delimiter))).toEqual({
      program: kubectl,
      leadingArguments: ['kustomize'],
    });
  });

  it('passes over what cannot be executed', () => {
    writeFileSync(join(root, 'kubectl'), '');
    expect(findKustomizeBuilder(root)).toBeUndefined();
    expect(findKustomizeBuilder('')).toBeUndefined();
  });
});

describe('a build', () => {
  it('hands the directory over as one argument, whatever is in its name', async () => {
    const builder = { program: program('echo', 'printf "%s|" "$@"'), leadingArguments: ['build'] };
    expect(await buildKustomization(builder, '/tmp/a b; exit 9', 10_000)).toEqual({
      ok: true,
      manifests: 'build|--load-restrictor|LoadRestrictionsNone|--|/tmp/a b; exit 9|',
    });
  });

  it('that fails answers with what the builder said', async () => {
    const builder = { program: program('fail', 'echo "bad kustomization" >&2; exit 1'), leadingArguments: [] };
    expect(await buildKustomization(builder, '/', 10_000)).toEqual({ ok: false, message: 'bad kustomization' });
  });

  it('that does not end is ended', async () => {
    const builder = { program: program('hang', 'exec sleep 60'), leadingArguments: [] };
    expect(await buildKustomization(builder, '/', 50)).toEqual({ ok: false, message: 'no result after 50 ms' });
  });

  it('by a program that is gone answers instead of throwing', async () => {
    const outcome = await buildKustomization({ program: join(root, 'gone'), leadingArguments: [] }, '/', 1_000);
    expect(outcome).toMatchObject({ ok: false, message: expect.stringMatching(/gone.*ENOENT/) });
  });
});
