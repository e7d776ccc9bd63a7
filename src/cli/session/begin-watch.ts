import type { FullReason } from '../../domain/resolution.ts';
import type { ObjectId } from '../../domain/target.ts';
import { definitionsChangedEvent, idOf } from '../../effects/live-view.ts';
import type { EngineState } from '../../engine/engine-state.ts';
import type { NewEvent } from '../../engine/event-log.ts';
import type { IsolationContext } from '../../machines/isolation-context.ts';
import { isolationMachineId, targetMachineId, WATCH } from '../../machines/messages.ts';
import type { ComposedWatch } from './compose-watch.ts';
import type { Inbox } from './inbox.ts';
import type { LiveCluster } from './live-cluster.ts';
import { unlessAborted } from './unless-aborted.ts';
import type { WatchedFiles } from './watched-files.ts';

type BegunWatch = Pick<ComposedWatch, 'view' | 'fed' | 'workspace' | 'engine' | 'baseline' | 'isolation'>;

export interface BeginOptions {
  /** What describes the process in the log. */
  readonly started: Readonly<Record<string, unknown>>;
  readonly live: Pick<LiveCluster, 'onChange' | 'onReturn'>;
  readonly files: Pick<WatchedFiles, 'onEvents'>;
  /** Hands to the engine what comes from outside. */
  readonly inbox: Inbox;
  /** The first look asks for everything. */
  readonly full: FullReason | undefined;
  readonly signal: AbortSignal;
  /** What follows from files may be sent. */
  readonly onFilesChanged?: (events: readonly NewEvent[]) => void;
  /** The cluster, and what is reconciled, have been seen; nothing is decided yet. */
  readonly onObserved?: () => void;
}

/**
 * Takes up work: what the cluster shows and what is reconciled comes first, then the effects that a crash has interrupted, then changes and
 * a look at everything. Rejects when `signal` aborts meanwhile.
 */
export async function beginWatch(watch: BegunWatch, options: BeginOptions): Promise<void> {
  const { view, fed, workspace, engine, baseline, isolation } = watch;
  const { inbox, live, signal } = options;
  const dispatchAll = (events: readonly NewEvent[]): void => {
    if (events.length > 0) engine.dispatch(...events);
  };
  const shown = (): NewEvent[] => [...view.eventsFor(engine.state, fed.id), ...view.goneEvents(engine.state)];

  const returned = putBackMeanwhile(watch);
  const kept = await unlessAborted(signal, baseline.keptOnReturn(returned));
  engine.start(options.started);
  // All at once: what was isolated is forgotten as a session begins, and would be lost by a crash before it is seen again.
  engine.dispatch(
    { machine: WATCH, type: 'IsolationDecided', ...isolation.decision },
    ...sessionBegan(engine.state),
    ...[...returned].filter((target) => !kept.has(target)).map(putBack),
    ...view.isolationEventsFor(withoutIsolations(engine.state)),
  );
  // Only then: a target that is seen to be resumed would go on with what the dead session decided, before it hears that this has ended.
  dispatchAll(shown());
  // Who cannot be logged yet is not at rest yet, either.
  await unlessAborted(signal, engine.logged());
  await unlessAborted(signal, baseline.find());
  options.onObserved?.();
  engine.settleInterrupted();

  live.onChange((object) => {
    const only = idOf(object);
    if (view.takeMappingChanged()) {
      workspace.setDefinitions(view.definitions, fed.id);
      inbox.add(...shown(), definitionsChangedEvent(`${only} changed in the cluster`));
    } else {
      inbox.add(...view.eventsFor(engine.state, fed.id, only));
    }
  });
  live.onReturn((kind) => inbox.add(...returnedEvents(engine.state, kind)));
  // What came between the first look and the line above.
  if (view.takeMappingChanged()) workspace.setDefinitions(view.definitions, fed.id);
  dispatchAll(shown());
  options.files.onEvents((events) => {
    inbox.add(...events);
    options.onFilesChanged?.(events);
  });
  const { full } = options;
  engine.dispatch({ machine: WATCH, type: 'WatchStarted', ...(full === undefined ? {} : { full }) });
}

/** What an earlier session had under way is begun anew. */
function sessionBegan(state: Readonly<EngineState>): NewEvent[] {
  return [...state.machines.keys()]
    .filter((machine) => machine.startsWith('isolation/'))
    .map((machine) => ({ machine, type: 'SessionBegan' }));
}

/** As it is once every isolation has been told that a session began. */
function withoutIsolations(state: Readonly<EngineState>): Readonly<EngineState> {
  const machines = new Map([...state.machines].filter(([machine]) => !machine.startsWith('isolation/')));
  return { ...state, machines };
}

/** Targets that were isolated when the log ended, by this directory's session or another, and are back on the shared source: by this start, or by whoever restored before it. */
function putBackMeanwhile({ engine, view, isolation }: BegunWatch): ReadonlySet<ObjectId> {
  const targets = new Set(isolation.restored);
  for (const { id, ownSource } of view.definitions.targets) {
    const { context } = engine.state.machines.get(isolationMachineId(id)) ?? {};
    const { observed } = (context ?? {}) as Partial<IsolationContext>;
    const wasMoved = observed?.isolated === true || observed?.elsewhere !== undefined;
    if (wasMoved && ownSource === undefined) targets.add(id);
  }
  return targets;
}

function putBack(target: ObjectId): NewEvent {
  return {
    machine: targetMachineId(target),
    type: 'IsolationLost',
    reason: 'it was put back on the shared source',
  };
}

/** For the targets of a kind that wait for an answer: it may have been lost while the API server was away. */
function returnedEvents({ machines }: Readonly<EngineState>, kind: string): NewEvent[] {
  return [...machines]
    .filter(([id, snapshot]) => id.startsWith(targetMachineId(`${kind}/`)) && snapshot.matches('progressing'))
    .map(([machine]) => ({ machine, type: 'ClusterReturned' }));
}
