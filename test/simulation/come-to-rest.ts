import type { StatusLine } from '../../models/invariants/evidence.ts';
import type { TargetContext } from '../../src/machines/target-context.ts';
import { watchStatus } from '../../src/projections/status.ts';
import { restoreAll } from './restore-all.ts';
import { answer, answerable, settle, tell } from './take-step.ts';
import type { World } from './world.ts';
import { heal } from './world-actions.ts';

/** Longer than every backoff, wait and interval of the simulated limits, one after the other. */
const REST_MS_MAX = 30 * 60_000;
/** Lost events are found by a sweep, and what Flux had no success with it tries again by itself: each has come by. */
const QUIET_MS = 65_000;
/** Within this time a target must be there that nothing hampers, whatever others do. */
const SLOW_MS = 100_000;
/** A watch that broke is begun anew within this. */
const SHOWN_MS_MAX = 60_000;
/** As long as a session counts as live after its last renewal, and some. */
const LEASE_MS = 31_000;

/**
 * The world becomes healthy and time passes: first with some targets slow or failing still, then with none, then after the user asked for what
 * was given up. At each of these the invariants are shown what came of it.
 */
export async function comeToRest(world: World, isOver: () => boolean): Promise<void> {
  if (world.flux.slow.size + world.flux.failing.size > 0) {
    heal(world, false);
    await beginWatching(world, isOver);
    await runUntilKnown(world, SLOW_MS, { untilQuiet: false, isOver });
    if (isOver()) return;
    show(world, 'slow', SLOW_MS);
  }
  heal(world, true);
  await beginWatching(world, isOver);
  const healedMs = await runUntilKnown(world, REST_MS_MAX, { untilQuiet: true, isOver });
  if (isOver()) return;
  show(world, 'healed', healedMs);
  for (const target of world.targets) tell(world, { machine: `target/${target}`, type: 'RetryRequested' });
  const retriedMs = await runUntil(world, REST_MS_MAX, { untilQuiet: true, isOver });
  if (!isOver()) show(world, 'retried', retriedMs);
}

/** The session ends as it should, and a person restores what others before it left: nothing of any of them stays. */
export async function leave(world: World, isOver: () => boolean): Promise<void> {
  world.stop();
  while (world.process !== undefined && !isOver()) await passSecond(world);
  if (isOver()) return;
  // Whoever did not end as it should counts as live for as long as its Lease says.
  world.clock.now += LEASE_MS;
  await restoreAll(world);
  await settle(world);
  world.emit({ type: 'left', differences: world.own.differences() });
}

/** A process runs. What its start could not learn of what is reconciled it said; its user asks for all of it, once it shows what there is. */
async function beginWatching(world: World, isOver: () => boolean): Promise<void> {
  while (world.process?.isWatching !== true && !isOver()) await passSecond(world);
  for (const id of world.unknown()) world.created.add(id);
  if (world.created.size === 0) return;
  const machineOf = (id: string) => world.process?.engine?.state.machines.get(`target/${id}`);
  const shown = world.clock.now + SHOWN_MS_MAX;
  const isShown = (): boolean => [...world.created].every((id) => machineOf(id) !== undefined);
  while (!isShown() && world.clock.now < shown && !isOver()) await passSecond(world);
  for (const id of world.created) {
    const { context } = machineOf(id) ?? {};
    if ((context as Partial<TargetContext> | undefined)?.desiredDigest !== undefined) world.created.delete(id);
  }
  askForAll(world);
}

async function passSecond(world: World): Promise<void> {
  if (world.process === undefined) world.start();
  await settle(world);
  if (!moveAll(world)) world.clock.ring(world.clock.now + 1_000);
}

function askForAll(world: World): void {
  const full = { reason: 'requested', detail: 'nobody knows what a new target has' };
  tell(world, { machine: 'watch', type: 'FullReconcileRequested', full });
}

/** Where each target has its own source there may be no push of the shared one, which tells what nobody knows: the user asks for everything then. */
async function runUntilKnown(world: World, limitMs: number, options: Parameters<typeof runUntil>[2]): Promise<number> {
  const elapsedMs = await runUntil(world, limitMs, options);
  if (!world.isolates || world.unknown().length === 0 || options.isOver()) return elapsedMs;
  askForAll(world);
  return runUntil(world, limitMs, options);
}

/** Everything that can happen does, and time goes on from alarm to alarm. Gives the time it took. */
async function runUntil(
  world: World,
  limitMs: number,
  { untilQuiet, isOver }: { readonly untilQuiet: boolean; readonly isOver: () => boolean },
): Promise<number> {
  const began = world.clock.now;
  let quietSince = began;
  world.eventsLogged = 0;
  for (;;) {
    if (world.process === undefined) world.start();
    await settle(world);
    if (moveAll(world)) continue;
    const { now } = world.clock;
    quietSince = isQuiet(world) ? Math.max(quietSince, world.lastAnswerAt) : now;
    if (isOver()) return now - began;
    if (untilQuiet && now - quietSince >= QUIET_MS) return now - began;
    if (now - began >= limitMs) return now - began;
    world.clock.ring(untilQuiet ? Math.min(quietSince + QUIET_MS, began + limitMs) : began + limitMs);
  }
}

function moveAll(world: World): boolean {
  let hasMoved = false;
  for (let path = world.hints.shift(); path !== undefined; path = world.hints.shift()) {
    tell(world, { machine: 'watch', type: 'FilesChanged', paths: [path] });
    hasMoved = true;
  }
  for (const call of answerable(world)) {
    answer(world, call, 'ok', () => {});
    hasMoved = true;
  }
  for (const watch of world.process?.client.watches ?? []) {
    if (!watch.hasNews) continue;
    watch.tell(Number.POSITIVE_INFINITY);
    hasMoved = true;
  }
  if (hasMoved) return true;
  const [source] = world.sources.moves();
  const [target] = world.flux.moves();
  if (source !== undefined) world.sources.move(source);
  else if (target !== undefined) world.flux.move(target);
  return source !== undefined || target !== undefined;
}

function isQuiet(world: World): boolean {
  const state = world.process?.engine?.state;
  if (state === undefined || world.process?.isWatching !== true) return false;
  return state.pending.size === 0 && state.machines.get('watch')?.value === 'idle' && state.timers.size <= 1;
}

function show(world: World, stage: 'slow' | 'healed' | 'retried', elapsedMs: number): void {
  const engine = world.process?.engine;
  if (engine === undefined) return;
  const { state } = engine;
  const status = watchStatus(state.seq, state.machines);
  const lines: StatusLine[] = status.targets.map(({ id, state: name, reason, message }) => ({
    id,
    state: name,
    said: `${reason} ${message}`.trim(),
  }));
  lines.push({ id: 'watch', state: status.watch.state, said: status.watch.reason });
  world.emit({
    type: 'at-rest',
    stage,
    state,
    status: lines,
    targets: world.truth(),
    eventsLogged: world.eventsLogged,
    elapsedMs,
    logRows: world.disk.rowCount,
  });
}
