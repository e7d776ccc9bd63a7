import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { applyEvent, emptyState, serializeState } from '../../src/engine/engine-state.ts';
import { openSqliteLog } from '../../src/engine/sqlite-log.ts';
import { WATCH_KINDS } from '../../src/machines/kinds.ts';
import { idOf, type SmallWorld, startSmallWorld } from './small-world.ts';
import type { WatchProcess } from './watch-process.ts';

let world: SmallWorld;
let watch: WatchProcess;

interface Status {
  readonly seq: number;
  readonly watch: { readonly state: string };
  readonly targets: readonly { readonly id: string; readonly state: string }[];
  readonly held: readonly { readonly id: string; readonly message: string }[];
  readonly deadLetters: readonly { readonly id: string; readonly reason: string; readonly message: string }[];
}

const failing = new Set<string>();

beforeAll(async () => {
  world = await startSmallWorld({
    flux: {
      fail: (stage, object) =>
        stage === 'build' && failing.has(object.metadata.name) ? 'kustomize build failed: a test says so' : undefined,
    },
  });
  watch = world.watch('--initial');
  for (const target of world.targets)
    await watch.event({ type: 'TargetSettled', target: idOf(target), outcome: 'ready' });
  world.save('apps', 'second');
  const saved = await watch.event({ machine: 'watch', type: 'FilesChanged' }, watch.lastSeq);
  await watch.event({ type: 'TargetSettled', target: idOf('apps'), outcome: 'ready' }, saved.seq);
});

afterAll(() => world.stop());

async function status(): Promise<Status> {
  const { stdout, stderr, code } = await world.run('status', '--log', world.log, '--json');
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout) as Status;
}

const settled = (target: string, outcome: string, afterSeq: number) =>
  watch.event({ machine: 'watch', type: 'TargetSettled', target: idOf(target), outcome }, afterSeq);

const linesOf = (text: string): string[] => text.trimEnd().split('\n');

describe('beside a running watch', () => {
  test('log --json prints what watch --json printed, an event a line, without a gap', async () => {
    const seq = await quietSeq();
    const { stdout, stderr, code } = await world.run('log', '--log', world.log, '--json', '--to', String(seq));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(linesOf(stdout)).toEqual(linesOf(watch.stdout).slice(0, seq));
    const events = linesOf(stdout).map((line): unknown => JSON.parse(line));
    expect(events).toEqual(
      events.map((_, index) =>
        expect.objectContaining({
          seq: index + 1,
          at: expect.any(Number),
          machine: expect.any(String),
          type: expect.any(String),
        }),
      ),
    );
  });

  test('log for people has a line an event and tells when, what and to whom', async () => {
    const { stdout, code } = await world.run('log', '--log', world.log, '--type', 'FilesChanged');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ *\d+ {2}\d{4}-\d\d-\d\dT[\d:.]+Z {2}watch {2}FilesChanged {2}.*apps\/configmap\.yaml/m);
  });

  test('log --follow goes on with what comes', async () => {
    const followed = world.follow('log', '--log', world.log, '--json', '--follow');
    await followed.event({ type: 'WatchStarted' });
    const before = watch.lastSeq;
    world.save('ops', 'followed');
    await settled('ops', 'ready', before);
    await followed.event({ machine: 'watch', type: 'TargetSettled', target: idOf('ops'), outcome: 'ready' }, before);
    followed.signal('SIGINT');
    expect(await followed.closed).toEqual({ code: 130, signal: null });
  });

  test('replay --at gives the state that folding the events up to there gives', async () => {
    const last = await quietSeq();
    const log = openSqliteLog(world.log, { mode: 'read' });
    try {
      for (const at of [1, 7, Math.floor(last / 2), last - 1, last]) {
        const state = emptyState(DEFAULT_LIMITS);
        for (const event of log.read({ to: at })) applyEvent(state, WATCH_KINDS, event);
        const { stdout, code } = await world.run('replay', '--log', world.log, '--at', String(at), '--json');
        expect(code).toBe(0);
        const folded = JSON.parse(JSON.stringify(serializeState(state))) as Record<string, unknown>;
        const { machines, pending, timers } = folded;
        expect(JSON.parse(stdout)).toEqual({ seq: at, machines, pending, timers });
      }
    } finally {
      log.close();
    }
  });

  test('replay refuses an event that is not there', async () => {
    const { code, stderr } = await world.run('replay', '--log', world.log, '--at', '999999');
    expect(code).toBe(2);
    expect(stderr).toMatch(/--at 999999: the log holds the states after events \d+ to \d+/);
  });

  test('status shows a target whose file is broken as held, with the place, and lets it go when it is sound again', async () => {
    const before = watch.lastSeq;
    world.write('data/configmap.yaml', 'kind: ConfigMap\n  broken: [\n');
    await settled('data', 'held', before);
    const { held } = await status();
    expect(held).toEqual([expect.objectContaining({ id: idOf('data'), state: 'held' })]);
    expect(held[0]?.message).toMatch(/^data\/configmap\.yaml:\d+:\d+: /);
    const told = await world.run('status', '--log', world.log);
    expect(told.stdout).toContain('data/configmap.yaml:');
    expect(world.live('data')).toBe('first');

    world.save('data', 'sound');
    await world.untilLive('data', 'sound');
    await settled('data', 'ready', before);
    expect((await status()).held).toEqual([]);
  });

  test('status shows a target that failed in the dead letters, with the reason, and retry hands it back', async () => {
    const before = watch.lastSeq;
    failing.add('data');
    world.save('data', 'fails');
    await settled('data', 'failed', before);
    const { deadLetters } = await status();
    expect(deadLetters).toEqual([
      expect.objectContaining({
        id: idOf('data'),
        state: 'dead-letter',
        reason: 'BuildFailed',
        message: expect.stringContaining('a test says so'),
      }),
    ]);

    failing.delete('data');
    const afterFailure = watch.lastSeq;
    const { code, stdout } = await world.run('retry', 'data', '--log', world.log);
    expect(code).toBe(0);
    expect(stdout).toContain(idOf('data'));
    await settled('data', 'ready', afterFailure);
    expect(world.live('data')).toBe('fails');
    expect((await status()).deadLetters).toEqual([]);
  });

  test('retry of an unknown name is a usage error that names what could be retried', async () => {
    const { code, stderr } = await world.run('retry', 'nothing', '--log', world.log);
    expect(code).toBe(2);
    expect(stderr).toContain('no target is called nothing');
  });

  test('explain tells which Kustomization reads a file', async () => {
    const { code, stdout } = await world.run(
      'explain',
      `${world.dir}/apps/configmap.yaml`,
      '--kubeconfig',
      world.kubeconfig,
      '--dir',
      world.dir,
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({
        decision: 'targeted',
        targets: [
          expect.objectContaining({ kind: 'Kustomization', namespace: 'flux-system', name: 'apps', rule: 'closure' }),
        ],
      }),
    ]);
  });

  test('a second watch on the same log is refused, naming the process that has it', async () => {
    const second = world.watch();
    expect(await second.closed).toEqual({ code: 1, signal: null });
    expect(second.stderr).toContain(`process ${watch.pid}`);
    expect(second.stdout).toBe('');
    expect(watch.exit).toBeUndefined();
  });
});

describe('after a watch', () => {
  test('Ctrl-C ends it in order with 130, and the log can still be read', async () => {
    const seq = await quietSeq();
    watch.signal('SIGINT');
    expect(await watch.closed).toEqual({ code: 130, signal: null });
    expect((await status()).seq).toBeGreaterThanOrEqual(seq);
    const { stdout } = await world.run('replay', '--log', world.log);
    for (const target of world.targets) expect(stdout).toContain(`target/${idOf(target)}`);
    const log = openSqliteLog(world.log, { mode: 'read' });
    expect(log.verify()).toBe(log.lastSeq());
    log.close();
  });

  test('retry while nothing runs is taken up by the next watch', async () => {
    failing.add('ops');
    watch = world.watch();
    await watch.started();
    world.save('ops', 'fails');
    await settled('ops', 'failed', 0);
    watch.signal('SIGTERM');
    await watch.closed;
    failing.delete('ops');

    expect((await world.run('retry', 'ops', '--log', world.log)).code).toBe(0);
    watch = world.watch();
    await settled('ops', 'ready', 0);
    expect(world.live('ops')).toBe('fails');
  });

  test('a log that is not there is said to be missing, with where it was looked for', async () => {
    const { code, stderr } = await world.run('status', world.dir);
    expect(code).toBe(1);
    expect(stderr).toContain('has left an event log');
    const named = await world.run('log', '--log', 'nowhere.db');
    expect(named.code).toBe(1);
    expect(named.stderr).toContain(`${world.home}/nowhere.db`);
  });
});

/** The seq of the last event once nothing is under way any more: what is compared does not move. */
async function quietSeq(): Promise<number> {
  for (let attempt = 0; ; attempt += 1) {
    const { seq, watch: state } = await status();
    if (state.state === 'idle' && seq === (await status()).seq) {
      await watch.find(`event ${seq}`, () => (watch.lastSeq >= seq ? true : undefined));
      return seq;
    }
    if (attempt > 50) throw new Error(`the watch does not come to rest: ${state.state} at event ${seq}`);
  }
}
