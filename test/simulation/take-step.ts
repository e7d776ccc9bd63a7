import type { NewEvent } from '../../src/engine/event-log.ts';
import { WATCH } from '../../src/machines/messages.ts';
import { type Answer, FAULTS_OF } from './faults.ts';
import { actOnIsolation } from './isolation-actions.ts';
import type { OpenCall } from './open-calls.ts';
import type { Step, StepOf } from './step.ts';
import type { World } from './world.ts';
import { changeCluster, changeFile, checkout, moveDirectory, nth, rewire, writeOn } from './world-actions.ts';

/** Does what the step says, as far as there is anything to do it to, and lets everything happen that needs no other step. */
export async function takeStep(
  world: World,
  step: Step,
  onFault: (effect: string, how: Answer) => void,
): Promise<void> {
  if (step.do === 'wait') return waitFor(world, step.ms);
  act(world, step, onFault);
  await settle(world);
}

async function waitFor(world: World, ms: number): Promise<void> {
  const until = world.clock.now + ms;
  while (world.clock.ring(until)) await settle(world);
}

function act(world: World, step: Step, onFault: (effect: string, how: Answer) => void) {
  const { process } = world;
  switch (step.do) {
    case 'save':
    case 'touch':
    case 'revert':
    case 'rename':
    case 'delete':
    case 'break':
    case 'write-notes':
      return changeFile(world, step);
    case 'rewire':
      return rewire(world, step);
    case 'move-directory':
      return moveDirectory(world, step);
    case 'checkout':
      return checkout(world, step);
    case 'write-on':
      return writeOn(world, step.count);
    case 'notice':
      return notice(world, step);
    case 'answer': {
      const call = nth(answerable(world), step.pick);
      if (call !== undefined) answer(world, call, step.how, onFault);
      return;
    }
    case 'pass':
      return void world.clock.ring(world.clock.now + step.ms);
    case 'control':
      return control(world, step.pick);
    case 'tell':
      return nth(process?.client.watches.filter(({ hasNews }) => hasNews) ?? [], step.pick)?.tell(step.count);
    case 'close-watch': {
      const watch = nth(process?.client.watches ?? [], step.pick);
      if (step.how === 'bookmark') return watch?.bookmark();
      if (watch !== undefined) onFault('watch', step.how === 'gone' ? 'gone' : 'unavailable');
      return watch?.close(step.how);
    }
    case 'compact':
      return world.cluster.compact();
    case 'outage':
      return outage(world, step);
    case 'suspend-source':
    case 'resume-source':
      return world.cluster.setSpec('OCIRepository/flux-system/shop', { suspend: step.do === 'suspend-source' });
    case 'restart-controllers':
      world.flux.restart();
      return world.sources.restart();
    case 'retry':
      return tell(world, { machine: `target/${nth(world.targets, step.pick)}`, type: 'RetryRequested' });
    case 'full':
      return tell(world, {
        machine: WATCH,
        type: 'FullReconcileRequested',
        full: { reason: 'requested', detail: 'asked for' },
      });
    case 'crash':
      return world.crash(step.reached);
    case 'crash-at-append':
      world.crashReached = step.reached;
      world.nextFates = [step.how];
      return;
    case 'break-log':
      world.nextFates = Array.from({ length: step.appends }, () => step.how);
      return;
    case 'stop':
      return world.stop();
    case 'start':
      return world.start();
    case 'other-cluster':
      return world.changeCluster();
    case 'rest':
    case 'wait':
      return;
    case 'other-session':
    case 'delete-own-source':
    case 'put-source-back':
    case 'collect-artifact':
    case 'restore':
      return actOnIsolation(world, step);
    default:
      return changeCluster(world, step);
  }
}

/** Until nothing more happens by itself. */
export async function settle(world: World): Promise<void> {
  let before = -1;
  for (let turn = 0, quiet = 0; quiet < 2 && turn < 100; turn += 1) {
    // It comes after every promise that can be settled, and those that these settle.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    // A turn of the loop costs more than most steps: it is taken only where somebody waits for one.
    if (!process.getActiveResourcesInfo().includes('Immediate')) break;
    await new Promise((resolve) => setImmediate(resolve));
    // Whoever still waits may be none of ours: a runner of tests.
    const now = (world.process?.engine?.state.seq ?? 0) * 1_000 + (world.process?.calls.open.length ?? 0);
    quiet = now === before ? quiet + 1 : 0;
    before = now;
  }
  if (world.hasCrashed) world.crash(world.crashReached);
}

/** Calls that can end now: well, or because the other side cannot be reached. */
export function answerable(world: World): OpenCall[] {
  return world.process?.calls.open.filter((call) => !call.isBlocked()) ?? [];
}

export function answer(
  world: World,
  call: OpenCall,
  wanted: Answer,
  onFault: (effect: string, how: Answer) => void,
): void {
  const how = possibleAnswer(world, call, wanted);
  if (how !== 'ok') onFault(call.effect, how);
  world.process?.calls.answer(call, how);
}

function possibleAnswer(world: World, call: OpenCall, wanted: Answer): Answer {
  if (world.isDown(call.dependency)) return 'unavailable';
  if (call.effect === 'pushArtifact' && world.outages.has('read-only')) return 'forbidden';
  if (wanted === 'ok' || FAULTS_OF[call.dependency].includes(wanted)) return wanted;
  return FAULTS_OF[call.dependency][0] ?? 'ok';
}

function outage(world: World, { of, isOn }: StepOf<'outage'>) {
  if (isOn) world.outages.add(of);
  else world.outages.delete(of);
  if (isOn && of === 'api') for (const watch of world.process?.client.watches ?? []) watch.close('lost');
}

const PATHS_TOLD_AT_ONCE = 200;

function notice(world: World, { pick, how }: StepOf<'notice'>) {
  const { hints } = world;
  // Many at once, as they come from a checkout, are told in a row.
  const from = pick % Math.max(1, hints.length);
  const paths = hints.splice(from, hints.length > 8 ? PATHS_TOLD_AT_ONCE : 1);
  if (how === 'rescan')
    return tell(world, { machine: WATCH, type: 'FilesChanged', paths: [], rescan: true, from: 'rescan' });
  if (how === 'lose') return;
  for (const path of paths) {
    const event = { machine: WATCH, type: 'FilesChanged', paths: [path] };
    tell(world, ...(how === 'double' ? [event, event] : [event]));
  }
}

/** As the session hands over what comes from outside. */
export function tell(world: World, ...events: readonly NewEvent[]) {
  const { process } = world;
  if (process === undefined || !process.isWatching) return;
  if (events[0]?.type === 'FilesChanged') process.tellFiles(events);
  else process.engine?.dispatch(...events);
}

function control(world: World, pick: number): void {
  const sources = world.sources.moves();
  const targets = world.flux.moves();
  const move = nth([...sources, ...targets], pick);
  if (move === undefined) return;
  if (sources.includes(move)) world.sources.move(move);
  else world.flux.move(move);
}
