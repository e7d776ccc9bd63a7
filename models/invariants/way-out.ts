import type { Invariant, StateView } from './evidence.ts';
import { isOwed, kindOf, nameOf, stateOf, targetOf, watchOf } from './machine-views.ts';

/** States that are left by an effect's outcome, and the effect; by a timer, and the timer. */
const BY_EFFECT: Readonly<Record<string, string>> = {
  'watch resolving': 'resolveTargets',
  'source hooks': 'runHooks',
  'source pushing': 'pushArtifact',
  'source asking': 'askSource',
  'source asking-generators': 'askGenerators',
  'target progressing.asking': 'askTarget',
  'isolation pushing': 'pushClosure',
  'isolation creating': 'createSource',
  'isolation switching': 'switchTarget',
  'isolation moving': 'moveSource',
  'isolation returning': 'returnTarget',
  'isolation dropping': 'dropSource',
};
const BY_TIMER: ReadonlySet<string> = new Set([
  'watch debouncing',
  'watch backoff',
  'watch targeted-reconcile.collecting',
  'watch full-reconcile.collecting',
  'source fetching',
  'source generating',
  'target requested.awaiting-artifact',
  'target requested.awaiting-dependencies',
  'target progressing.waiting',
  'target backoff',
  'breaker open',
  'breaker half-open.probing',
]);

export const wayOut: Invariant = {
  name: 'way-out',
  promise: 'Every machine that waits has something under way, or a timer, that ends its wait; at rest nothing waits.',
  begin({ targetWaitMs }) {
    // A process that starts looks at everything before long.
    let isStarting = true;
    /** Nothing can be pushed from here, and the watch has said why. */
    let isBlocked = false;
    return (evidence) => {
      if (evidence.type === 'restarted') isStarting = true;
      if (evidence.type === 'committed') {
        for (const { type, wouldAsk } of evidence.events) {
          if (type === 'WatchStarted') isStarting = false;
          if (type === 'NothingToDo') isBlocked = wouldAsk !== undefined;
          if (type === 'TargetsResolved' || type === 'TargetsUncertain') isBlocked = false;
        }
        for (const id of new Set(evidence.events.map(({ machine }) => machine))) {
          const stuck = stuckMachine(evidence.state, id);
          if (stuck !== undefined) return stuck;
        }
        return isStarting || isBlocked ? undefined : stuckTargets(evidence.state);
      }
      if (evidence.type !== 'at-rest' || evidence.stage === 'slow') return undefined;
      const { state, elapsedMs } = evidence;
      if (elapsedMs > 10 * targetWaitMs) return `no rest within ${elapsedMs} ms`;
      const watch = watchOf(state);
      if (watch !== undefined && (isOwed(watch) || Object.keys(watch.inFlight).length > 0))
        return 'at rest, and yet something is owed';
      return undefined;
    };
  },
};

function stuckMachine(state: StateView, id: string): string | undefined {
  const machine = state.machines.get(id);
  if (machine === undefined) return undefined;
  const name = stateOf(machine);
  const key = `${kindOf(id)} ${name}`;
  const effect = BY_EFFECT[key];
  if (effect !== undefined && ![...state.pending.values()].some((one) => one.owner === id && one.effect === effect)) {
    return `${id} is in ${name}, and no ${effect} is under way`;
  }
  if (BY_TIMER.has(key) && ![...state.timers.values()].some((timer) => timer.machine === id)) {
    return `${id} is in ${name}, and no timer runs`;
  }
  return undefined;
}

/** A target waits for a push that is under way or owed. What reads a composed artifact may wait until its generator can be read. */
function stuckTargets(state: StateView): string | undefined {
  const watch = watchOf(state);
  const watchMachine = state.machines.get('watch');
  if (watch === undefined || watchMachine === undefined) return undefined;
  const isWatchBusy = stateOf(watchMachine) === 'resolving' || isOwed(watch);
  if (isWatchBusy) return undefined;
  for (const [id, machine] of state.machines)
    if (kindOf(id) === 'source' && stateOf(machine) !== 'idle') return undefined;
  for (const [id, machine] of state.machines) {
    if (kindOf(id) !== 'target' || targetOf(machine).reads.startsWith('ExternalArtifact/')) continue;
    const own = state.machines.get(`isolation/${nameOf(id)}`);
    // What it does is about older content; that comes next.
    if (own !== undefined && BY_EFFECT[`isolation ${stateOf(own)}`] !== undefined) continue;
    if (stateOf(machine) === 'requested.awaiting-source') {
      return `${nameOf(id)} waits for a push that nobody makes`;
    }
  }
  return undefined;
}
