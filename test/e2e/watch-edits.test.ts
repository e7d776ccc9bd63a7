import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { WatchSessionOptions } from '../../src/cli/watch-session.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { type EmbeddedWatch, startEmbeddedWatch, writeTree } from '../support/embedded-watch.ts';
import { configMap, kustomization, kustomizationFile } from '../support/flux-manifests.ts';

const TARGETS = ['blog', 'cache', 'docs', 'web'];

/** blog and web read base/settings; cache and docs stand alone. */
const FILES = {
  'kustomization.yaml': kustomizationFile('blog', 'cache', 'docs', 'web'),
  'base/settings/kustomization.yaml': kustomizationFile('settings.yaml'),
  'base/settings/settings.yaml': configMap('settings', 'one'),
  'base/extra/kustomization.yaml': kustomizationFile('extra.yaml'),
  'base/extra/extra.yaml': configMap('extra', 'one'),
  'blog/kustomization.yaml': kustomizationFile('blog.yaml', '../base/settings'),
  'blog/blog.yaml': configMap('blog', 'one'),
  'cache/kustomization.yaml': kustomizationFile('cache.yaml', 'size.yaml'),
  'cache/cache.yaml': configMap('cache', 'one'),
  'cache/size.yaml': configMap('size', 'one'),
  'docs/kustomization.yaml': kustomizationFile('docs.yaml'),
  'docs/docs.yaml': configMap('docs', 'one'),
  'web/kustomization.yaml': kustomizationFile('web.yaml', '../base/settings'),
  'web/web.yaml': configMap('web', 'one'),
  'web/README.md': '# Web\n',
};

function shop(watch: Partial<WatchSessionOptions> = {}): Promise<EmbeddedWatch> {
  return startEmbeddedWatch({
    files: FILES,
    objects: TARGETS.map((name) => kustomization(name)),
    watch,
  });
}

describe('a save asks exactly the Kustomizations that it concerns', () => {
  test('a leaf asks the one that reads it', async () => {
    const watch = await shop();
    const cycle = await watch.edit(() => watch.write('cache/cache.yaml', configMap('cache', 'two')));
    expect(cycle).toMatchObject({ asked: ['cache'], askedInOrder: ['cache'], pushes: 1, full: false });
    expect(cycle.decisions).toMatchObject({ 'cache/cache.yaml': 'closure' });
    expect(watch.live('cache')).toBe('two');
  });

  test('a shared base asks all that read it, and no other', async () => {
    const watch = await shop();
    const cycle = await watch.edit(() => watch.write('base/settings/settings.yaml', configMap('settings', 'two')));
    expect(cycle).toMatchObject({ asked: ['blog', 'web'], pushes: 1, full: false });
    expect(cycle.askedInOrder).toHaveLength(2);
    expect(watch.live('settings')).toBe('two');
    // What ends a cycle is said last, and the save it began with once.
    expect(cycle.text.match(/1 file changed: base\/settings\/settings\.yaml/g)).toHaveLength(1);
    const [end, hint] = cycle.text.split('\n').slice(-3);
    expect(end).toMatch(/^✓ 2 ready in .* · Flux ran 2 others on the shared source$/);
    // After the first such cycle, and then no more.
    expect(hint).toContain('this push made Flux run 2 other Kustomizations');
    const next = await watch.edit(() => watch.write('base/settings/settings.yaml', configMap('settings', 'three')));
    expect(next.text.split('\n').at(-1)).toMatch(/Flux ran 2 others on the shared source$/);
  });

  test('the root asks all, and says why', async () => {
    const watch = await shop();
    const cycle = await watch.edit(() =>
      watch.write('kustomization.yaml', `${kustomizationFile(...TARGETS)}# all of them\n`),
    );
    expect(cycle).toMatchObject({ asked: TARGETS, pushes: 1, full: true });
    expect(cycle.askedInOrder).toHaveLength(TARGETS.length);
    expect(cycle.text).toContain('root-level: kustomization.yaml lies directly in the watched directory');
  });

  test('a README asks nobody and pushes nothing, and the rule is named', async () => {
    const watch = await shop();
    const cycle = await watch.edit(() => watch.write('web/README.md', '# The web shop\n'));
    expect(cycle).toMatchObject({ asked: [], pushes: 0, full: false });
    expect(cycle.decisions).toMatchObject({ 'web/README.md': 'ignored' });
    expect(cycle.text).toContain('*.md');
  });

  test('a touch without a change asks nobody and says so', async () => {
    const watch = await shop();
    const cycle = await watch.edit(() => watch.touch('web/web.yaml'));
    expect(cycle).toMatchObject({ asked: [], pushes: 0, full: false });
    expect(cycle.decisions).toEqual({ 'web/web.yaml': 'unchanged' });
    expect(cycle.text).toContain('unchanged');
  });

  test('a change that is taken back within the quiet period asks nobody', async () => {
    const watch = await shop({ limits: { ...DEFAULT_LIMITS, quietPeriodMs: 1_900 } });
    const from = watch.events.length;
    const cycle = await watch.edit(async () => {
      watch.write('web/web.yaml', configMap('web', 'two'));
      await watch.until('the first event', () =>
        watch.events.slice(from).some(({ type, paths }) => type === 'FilesChanged' && String(paths) === 'web/web.yaml'),
      );
      watch.write('web/web.yaml', configMap('web', 'one'));
    });
    expect(cycle).toMatchObject({ asked: [], pushes: 0 });
    expect(watch.live('web')).toBe('one');
  });

  test('a file that no build reads asks the nearest owner', async () => {
    const watch = await shop();
    const cycle = await watch.edit(() => watch.write('docs/notes/unread.yaml', configMap('unread', 'one')));
    expect(cycle).toMatchObject({ asked: ['docs'], full: false });
    expect(cycle.decisions).toMatchObject({ 'docs/notes/unread.yaml': 'nearest-owner' });
  });
});

describe('files that come and go', () => {
  test('a deleted file and its line in the kustomization take the object away', async () => {
    const watch = await shop();
    const cycle = await watch.edit(() => {
      watch.write('cache/kustomization.yaml', kustomizationFile('cache.yaml'));
      watch.remove('cache/size.yaml');
    });
    expect(cycle.asked).toEqual(['cache']);
    expect(watch.live('size')).toBeUndefined();
    expect(watch.live('cache')).toBe('one');
  });

  test('a renamed file that the kustomization follows asks its one reader', async () => {
    const watch = await shop();
    const cycle = await watch.edit(() => {
      renameSync(join(watch.dir, 'docs/docs.yaml'), join(watch.dir, 'docs/pages.yaml'));
      watch.write('docs/kustomization.yaml', kustomizationFile('pages.yaml'));
    });
    expect(cycle.asked).toEqual(['docs']);
    await watch.allReady();
    expect(watch.live('docs')).toBe('one');
  });

  test('a directory that moves asks those that read it before or after', async () => {
    const watch = await shop();
    const cycle = await watch.edit(() => {
      renameSync(join(watch.dir, 'base/settings'), join(watch.dir, 'base/options'));
      watch.write('web/kustomization.yaml', kustomizationFile('web.yaml', '../base/options'));
      watch.write('blog/kustomization.yaml', kustomizationFile('blog.yaml', '../base/options'));
      watch.write('base/options/settings.yaml', configMap('settings', 'moved'));
    });
    expect(cycle.asked).toEqual(['blog', 'web']);
    expect(cycle.full).toBe(false);
    expect(watch.live('settings')).toBe('moved');
  });

  test('an edit that adds a base wires it in: its next change asks the new reader', async () => {
    const watch = await shop();
    const wired = await watch.edit(() =>
      watch.write('docs/kustomization.yaml', kustomizationFile('docs.yaml', '../base/extra')),
    );
    expect(wired.asked).toEqual(['docs']);
    const cycle = await watch.edit(() => watch.write('base/extra/extra.yaml', configMap('extra', 'two')));
    expect(cycle).toMatchObject({ asked: ['docs'], full: false });
    expect(watch.live('extra')).toBe('two');
  });

  test('an edit that drops a base takes it out: its next change asks only the reader that is left', async () => {
    const watch = await shop();
    const dropped = await watch.edit(() => watch.write('blog/kustomization.yaml', kustomizationFile('blog.yaml')));
    expect(dropped.asked).toEqual(['blog']);
    const cycle = await watch.edit(() => watch.write('base/settings/settings.yaml', configMap('settings', 'two')));
    expect(cycle).toMatchObject({ asked: ['web'], full: false });
    await watch.allReady();
    expect(watch.live('settings')).toBe('two');
  });

  test('a root that is gone pushes nothing; back again, all is asked anew and nothing was lost meanwhile', async () => {
    const watch = await shop();
    const aside = join(watch.home, 'aside');
    const gone = await watch.during(async () => {
      renameSync(watch.dir, aside);
      await watch.untilShown('is gone: nothing is pushed until it is there again');
    });
    expect(gone).toMatchObject({ asked: [], pushes: 0 });
    expect(gone.text).toContain('the watched directory is absent or empty');
    expect(TARGETS.map((name) => watch.live(name))).toEqual(TARGETS.map(() => 'one'));
    const back = await watch.during(async () => {
      writeTree(aside, { 'web/web.yaml': configMap('web', 'back') });
      renameSync(aside, watch.dir);
      await watch.untilShown('is there again');
      await watch.until('the new content', () => watch.live('web') === 'back');
    });
    expect(back.asked).toContain('web');
    const next = await watch.edit(() => watch.write('docs/docs.yaml', configMap('docs', 'two')));
    expect(next).toMatchObject({ asked: ['docs'], full: false });
  });

  test('a root that is deleted and written anew is followed again', async () => {
    const watch = await shop();
    const gone = await watch.during(async () => {
      rmSync(watch.dir, { recursive: true });
      await watch.untilShown('is gone: nothing is pushed until it is there again');
    });
    expect(gone).toMatchObject({ asked: [], pushes: 0 });
    await watch.during(async () => {
      writeTree(watch.dir, { ...FILES, 'cache/cache.yaml': configMap('cache', 'anew') });
      await watch.until('the new content', () => watch.live('cache') === 'anew');
    });
    await watch.allReady();
    expect(TARGETS.map((name) => watch.live(name))).toEqual(['one', 'anew', 'one', 'one']);
  });
});
