import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Clock } from '../../src/engine/clock.ts';
import { contentOf, follow, temporaryDirectory, write } from './followed-tree.ts';

function filesNamed(count: number, content: string): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `apps/app-${n % 50}/part-${Math.floor(n / 50)}.yaml`,
      `${content} ${n}\n`,
    ]),
  );
}

/** Runs in real time, but lets a test make the next second look or root check happen now. */
function handClock(): Clock & { advance(ms: number): void } {
  let now = 0;
  const timers = new Set<{ at: number; callback: () => void }>();
  return {
    now: () => now,
    schedule: (callback, delayMs) => {
      const timer = { at: now + delayMs, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance: (ms) => {
      const end = now + ms;
      for (;;) {
        const due = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers.delete(due);
        now = due.at;
        due.callback();
      }
      now = end;
    },
  };
}

const ways = [
  ['events of the system', {}],
  ['polling', { poll: { intervalMs: 30 } }],
] as const;

describe.each(ways)('by %s', (_, options) => {
  test('what is there before the watch is ready is not told', async () => {
    const root = temporaryDirectory();
    write(root, { 'a.yaml': '1', 'apps/b.yaml': '1', 'apps/deep/c.yaml': '1' });
    const tree = await follow(root, options);
    await tree.until('ready');
    write(root, { 'apps/deep/c.yaml': '22' });
    await tree.until('changed', 'apps/deep/c.yaml');
    expect(tree.paths()).toEqual(['apps/deep/c.yaml']);
  });

  test('adding, changing, renaming and removing a file are told', async () => {
    const root = temporaryDirectory();
    write(root, { 'apps/kept.yaml': '1' });
    const tree = await follow(root, options);
    await tree.until('ready');
    write(root, { 'apps/new.yaml': '1' });
    await tree.until('added', 'apps/new.yaml');
    renameSync(join(root, 'apps/new.yaml'), join(root, 'apps/moved.yaml'));
    await tree.until('removed', 'apps/new.yaml');
    await tree.until('added', 'apps/moved.yaml');
    unlinkSync(join(root, 'apps/moved.yaml'));
    await tree.until('removed', 'apps/moved.yaml');
    await tree.untilInStep();
  });

  test("a save by temporary file and rename is told, and the editor's own files are not", async () => {
    const root = temporaryDirectory();
    write(root, { 'apps/a.yaml': 'old' });
    const tree = await follow(root, options);
    await tree.until('ready');
    write(root, {
      'apps/4913': '',
      'apps/.a.yaml.swp': 'x',
      'apps/a.yaml~': 'old',
      'apps/a.yaml___jb_tmp___': 'newer',
    });
    renameSync(join(root, 'apps/a.yaml___jb_tmp___'), join(root, 'apps/a.yaml'));
    await vi.waitFor(() => expect(tree.paths()).toContain('apps/a.yaml'), { timeout: 60_000 });
    await tree.untilInStep();
    expect(tree.paths()).toEqual(['apps/a.yaml']);
  });

  test('a directory that moves, with all below it, is followed to its new place', async () => {
    const root = temporaryDirectory();
    write(root, { 'apps/one/deep/a.yaml': '1', 'apps/one/b.yaml': '1', 'apps/two/c.yaml': '1' });
    const tree = await follow(root, options);
    await tree.until('ready');
    renameSync(join(root, 'apps/one'), join(root, 'moved'));
    await tree.until('directory-removed', 'apps/one');
    await tree.until('removed', 'apps/one/deep/a.yaml');
    await tree.until('added', 'moved/deep/a.yaml');
    await tree.untilInStep();
    write(root, { 'moved/deep/a.yaml': 'changed at its new place' });
    await tree.until('changed', 'moved/deep/a.yaml');
    await tree.untilInStep();
  });

  test('a directory removed and made again at once is watched', async () => {
    const root = temporaryDirectory();
    write(root, { 'apps/one/a.yaml': '1', 'apps/one/gone.yaml': '1' });
    const tree = await follow(root, options);
    await tree.until('ready');
    rmSync(join(root, 'apps/one'), { recursive: true });
    write(root, { 'apps/one/a.yaml': '22' });
    await tree.untilInStep();
    write(root, { 'apps/one/a.yaml': '333', 'apps/one/b/c.yaml': '1' });
    await tree.untilInStep();
  });

  test('new directories, several levels at once, lose no file', async () => {
    const root = temporaryDirectory();
    const tree = await follow(root, options);
    await tree.until('ready');
    write(
      root,
      Object.fromEntries(Array.from({ length: 60 }, (_unused, n) => [`a/b${n % 7}/c${n % 3}/d/f${n}.yaml`, '1'])),
    );
    await tree.untilInStep();
    expect(Object.keys(contentOf(root))).toHaveLength(60);
  });

  test('dot-directories and node_modules are left out, dot-files are not', async () => {
    const root = temporaryDirectory();
    write(root, { '.cache/x.yaml': '1', 'node_modules/y.yaml': '1' });
    const tree = await follow(root, options);
    await tree.until('ready');
    write(root, {
      '.cache/x.yaml': '22',
      '.git/HEAD': '1',
      'node_modules/y.yaml': '22',
      '.github/new.yaml': '1',
      '.sourceignore': '*',
    });
    await tree.until('added', '.sourceignore');
    write(root, { 'last.yaml': '1' });
    await tree.until('added', 'last.yaml');
    expect(tree.paths()).toEqual(['.sourceignore', 'last.yaml']);
  });

  test('an own list of what to ignore replaces the default, except for .git', async () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, '.config'));
    const ignored = (path: string) => path.endsWith('.md');
    const tree = await follow(root, { ...options, ignored });
    await tree.until('ready');
    write(root, { 'README.md': '1', '.git/HEAD': '1', '.config/a.yaml': '1' });
    await tree.until('added', '.config/a.yaml');
    expect(tree.paths()).toEqual(['.config/a.yaml']);
  });

  test('a branch switch that touches 500 files ends with the content of the new branch', async () => {
    const root = temporaryDirectory();
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'commit.gpgsign=false', ...args], {
        cwd: root,
      });
    write(root, filesNamed(500, 'main'));
    git('init', '-q', '-b', 'main');
    git('add', '.');
    git('commit', '-qm', 'main');
    git('checkout', '-qb', 'other');
    write(root, filesNamed(400, 'other'));
    rmSync(join(root, 'apps/app-7'), { recursive: true });
    write(root, { 'infra/new/a.yaml': '1' });
    git('add', '.');
    git('commit', '-qm', 'other');
    const tree = await follow(root, options);
    await tree.until('ready');
    git('checkout', '-q', 'main');
    await tree.untilInStep();
    git('checkout', '-q', 'other');
    await tree.untilInStep();
    expect(tree.paths().some((path) => path.includes('.git'))).toBe(false);
  });

  test('a root that is removed and made again is watched again', async () => {
    const parent = temporaryDirectory();
    const root = join(parent, 'repo', 'k8s');
    write(root, { 'apps/a.yaml': '1' });
    const tree = await follow(root, options);
    await tree.until('ready');
    rmSync(join(parent, 'repo'), { recursive: true });
    await tree.until('root-removed');
    write(root, { 'apps/b.yaml': '1' });
    await tree.until('root-added');
    await tree.until('rescan');
    await tree.untilInStep();
    write(root, { 'apps/b.yaml': '22', 'apps/c.yaml': '1' });
    await tree.untilInStep();
  });

  test('a root that does not exist yet is waited for', async () => {
    const root = join(temporaryDirectory(), 'later');
    const tree = await follow(root, options);
    expect(tree.events).toEqual([{ type: 'root-removed' }]);
    write(root, { 'a.yaml': '1' });
    await tree.until('ready');
    await tree.untilInStep();
    write(root, { 'a.yaml': '22' });
    await tree.untilInStep();
    expect(tree.events.map(({ type }) => type)).toContain('root-added');
  });

  test('a root that is a symlink is followed, also to another directory', async () => {
    const parent = temporaryDirectory();
    const link = join(parent, 'current');
    write(join(parent, 'v1'), { 'a.yaml': '1' });
    write(join(parent, 'v2'), { 'a.yaml': '2', 'b.yaml': '2' });
    symlinkSync('v1', link);
    const tree = await follow(link, options);
    await tree.until('ready');
    write(join(parent, 'v1'), { 'a.yaml': '11' });
    await tree.until('changed', 'a.yaml');
    symlinkSync('v2', join(parent, 'next'));
    renameSync(join(parent, 'next'), link);
    await tree.until('rescan');
    await tree.untilInStep();
    write(join(parent, 'v2'), { 'b.yaml': '22' });
    await tree.untilInStep();
  });

  test('nothing is told after unsubscribing, and nothing stays open', async () => {
    const handles = () => process.getActiveResourcesInfo().filter((name) => name === 'FSEventWrap').length;
    await vi.waitFor(() => expect(handles()).toBe(0), { timeout: 60_000 });
    const root = temporaryDirectory();
    write(root, filesNamed(100, 'x'));
    const tree = await follow(root, options);
    await tree.until('ready');
    expect(handles() > 0).toBe(!('poll' in options));
    tree.subscription.unsubscribe();
    const told = tree.events.length;
    write(root, { 'a.yaml': '1' });
    await vi.waitFor(() => expect(handles()).toBe(0), { timeout: 60_000 });
    expect(tree.events.length).toBe(told);
  });
});

test('the second of two saves within 20 ms is not lost', async () => {
  const root = temporaryDirectory();
  write(root, { 'a.yaml': 'start' });
  const tree = await follow(root);
  await tree.until('ready');
  for (let round = 0; round < 10; round++) {
    writeFileSync(join(root, 'a.yaml'), `first ${round}`);
    const saved = Date.now();
    await vi.waitFor(() => expect(Date.now() - saved).toBeGreaterThan(12), { interval: 2 });
    writeFileSync(join(root, 'a.yaml'), `second and last ${round}`);
    await tree.untilInStep();
  }
});

test('a save that sent no event is found by the second look, and one that did is not told twice', async () => {
  const root = temporaryDirectory();
  write(root, { 'a.yaml': 'start' });
  const clock = handClock();
  const tree = await follow(root, { clock });
  await tree.until('ready');
  write(root, { 'a.yaml': 'saved' });
  await tree.until('changed', 'a.yaml');
  // The virtual second look comes in the same turn, before the system's event for this save can.
  write(root, { 'a.yaml': 'saved again, unseen' });
  const before = tree.events.length;
  clock.advance(61);
  expect(tree.events.slice(before)).toEqual([{ type: 'changed', path: 'a.yaml' }]);
  clock.advance(61);
  expect(tree.events.length).toBe(before + 1);
});

test('after a burst, and every minute, a look at the whole tree is asked for', async () => {
  const root = temporaryDirectory();
  const clock = handClock();
  const tree = await follow(root, { clock });
  await tree.until('ready');
  write(root, filesNamed(300, 'burst'));
  await tree.untilInStep();
  clock.advance(1_000);
  expect(tree.events.filter(({ type }) => type === 'rescan')).toMatchObject([
    { reason: expect.stringContaining('after a burst of') },
  ]);
  clock.advance(60_000);
  expect(tree.events.filter(({ type }) => type === 'rescan')).toHaveLength(2);
});

/** Linux lets a process limit its own inotify watches inside a user namespace, where such namespaces are allowed. */
function canLimitWatches(): boolean {
  try {
    execFileSync('unshare', ['-Ur', 'sh', '-c', 'echo 9 > /proc/sys/user/max_inotify_watches'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test.runIf(canLimitWatches())(
  'when the system gives no more watches, that is said with a cure, and polling takes over',
  async () => {
    const root = temporaryDirectory();
    write(root, filesNamed(100, 'x'));
    const script = `
    import { writeFileSync } from 'node:fs';
    import { fileEvents } from ${JSON.stringify(join(import.meta.dirname, '../../src/streams/file-events.ts'))};
    const subscription = fileEvents(${JSON.stringify(root)}).subscribe((event) => {
      console.log(JSON.stringify(event));
      if (event.type === 'rescan') writeFileSync(${JSON.stringify(join(root, 'apps/app-49/part-1.yaml'))}, 'saved');
      if (event.type === 'changed') subscription.unsubscribe();
    });`;
    const limited = 'echo 9 > /proc/sys/user/max_inotify_watches; exec "$@"';
    const child = spawn('unshare', [
      '-Ur',
      'sh',
      '-c',
      limited,
      'limited',
      process.execPath,
      '--input-type=module',
      '-e',
      script,
    ]);
    const output: string[] = [];
    child.stdout.on('data', (chunk) => output.push(String(chunk)));
    await once(child, 'close');
    const events = output
      .join('')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(events.map(({ type }) => type)).toEqual(['degraded', 'ready', 'rescan', 'changed']);
    expect(events[0]?.hint).toContain('fs.inotify.max_user_watches');
    expect(events[3]?.path).toBe('apps/app-49/part-1.yaml');
  },
);
