import { isApplicationSource } from '../domain/argo/application-source.ts';
import type { Failure } from '../domain/failure.ts';
import { isOwnArtifacts } from '../domain/isolation/application-marks.ts';
import type { RelativePath } from '../domain/paths.ts';
import type { FullReason, HeldTarget } from '../domain/resolution.ts';
import type { ObjectId } from '../domain/target.ts';
import type { EngineState } from '../engine/engine-state.ts';
import { nameOf } from '../engine/engine-state.ts';
import type { LoggedEvent } from '../engine/event-log.ts';
import { isolationMachineId, WATCH } from '../machines/messages.ts';
import { stateName } from '../machines/state-name.ts';
import type { Batch, Plan, WatchContext } from '../machines/watch-context.ts';
import type { BatchResolved, Happening } from '../ui/happening.ts';
import { isolationHint } from '../ui/isolation-hint.ts';
import { progressHappening } from './progress-happening.ts';
import { settledHappening } from './settled-happening.ts';

/** What a person is shown of the log's events. Remembers only when things began, to say how long they took. */
export class HappeningsOf {
  #cycleAt: number | undefined;
  #changedAt: number | undefined;
  #pushAt = 0;
  readonly #closurePushAt = new Map<string, number>();
  #bystanders = 0;
  #inCycle = false;
  readonly #hooks: readonly string[];
  readonly #onOwnArtifacts = new Set<ObjectId>();
  /** Isolation is off and would work, and nobody was told yet what it would spare. */
  #suggestsIsolation = false;

  constructor(options: { readonly hooks: readonly string[] }) {
    this.#hooks = options.hooks;
  }

  of(event: LoggedEvent, state: Readonly<EngineState>): Happening[] {
    return [...this.#of(event, state), ...this.#cycleEnd(event, state)];
  }

  #of(event: LoggedEvent, state: Readonly<EngineState>): Happening[] {
    switch (event.type) {
      case 'FilesChanged':
        this.#cycleAt ??= event.at;
        this.#changedAt ??= event.at;
        return [];
      case 'FullReconcileRequested':
      case 'WatchStarted':
        this.#cycleAt ??= event.at;
        return [];
      case 'TargetsResolved':
      case 'TargetsUncertain':
        this.#inCycle = true;
        // Of one that no save began: what is owed since something changed in the cluster.
        this.#cycleAt ??= event.at;
        return [resolvedHappening(event), ...warningsOf(event)];
      case 'IsolationDecided':
        this.#suggestsIsolation = event.wouldWork === true;
        return [];
      case 'NothingToDo':
        if (!this.#inCycle) this.#cycleAt = undefined;
        return [...nothingHappening(event), ...warningsOf(event)];
      case 'StepFailed':
        return [];
      case 'StepRefused':
        // A hook's failure has been shown, with its output.
        if (event.step === 'hook') return [];
        return [{ type: 'message', level: 'error', ...textOf(event.failure as Failure) }];
      case 'HookFailed':
        return [{ type: 'hookFailed', command: this.#hooks.join('; '), failure: event.failure as Failure }];
      case 'EffectRequested':
        return this.#effectHappening(event);
      case 'ArtifactPushed':
        return [
          {
            type: 'pushed',
            source: nameOf(event.machine),
            revision: String(event.revision ?? event.digest),
            bytes: Number(event.bytesSent),
            unchanged: event.unchanged === true,
            elapsedMs: event.at - this.#pushAt,
          },
        ];
      case 'ClosurePushed':
        return [
          {
            type: 'pushed',
            source: nameOf(event.machine),
            own: true,
            revision: String(event.revision),
            bytes: Number(event.bytesSent),
            unchanged: event.unchanged === true,
            elapsedMs: event.at - (this.#closurePushAt.get(event.machine) ?? event.at),
          },
        ];
      case 'MoveFailed':
        return this.#retried(event, state);
      case 'MoveAbandoned':
      case 'IsolationLost':
        this.#onOwnArtifacts.delete(nameOf(event.machine));
        return this.#notIsolated(event, state);
      case 'SourceAvailable':
        return Object.entries(event.revisions as Record<string, string>)
          .filter(([source]) => !source.startsWith('ExternalArtifact/'))
          .map(([source, revision]) => ({ type: 'sourceReady', source, revision, elapsedMs: event.at - this.#pushAt }));
      case 'SourceUnavailable':
        return [{ type: 'message', level: 'error', text: `source: ${String(event.reason)}: ${String(event.message)}` }];
      case 'TargetObserved':
        return progressHappening(event, state);
      case 'TargetSettled':
        return settledHappening(event, state);
      default:
        return [];
    }
  }

  /** One that is given up is told of as such. */
  #retried({ machine, at, failure }: LoggedEvent, state: Readonly<EngineState>): Happening[] {
    const due = state.timers.get(`${machine}#backoff`)?.dueAt;
    if (due === undefined) return [];
    const { kind, message } = failure as Failure;
    return [{ type: 'targetFailed', id: nameOf(machine), reason: kind, message, retryInMs: Math.max(0, due - at) }];
  }

  /** What is merely begun anew needs no word: only what a machine refused is for good. */
  #notIsolated({ machine, reason }: LoggedEvent, state: Readonly<EngineState>): Happening[] {
    const isolation = state.machines.get(isolationMachineId(nameOf(machine)));
    if (isolation === undefined || !(isolation.matches('refused') || isolation.matches('dropping'))) return [];
    return [{ type: 'notIsolated', id: nameOf(machine), because: String(reason) }];
  }

  #effectHappening(event: LoggedEvent): Happening[] {
    switch (event.effect) {
      case 'resolveTargets': {
        // A burst is shown as one: hundreds of events may come before it is over.
        const { paths } = event.params as Batch;
        const at = this.#changedAt ?? event.at;
        this.#changedAt = undefined;
        return paths.length === 0 ? [] : [{ type: 'filesChanged', paths: paths as RelativePath[], at }];
      }
      case 'pushArtifact':
        this.#pushAt = event.at;
        return [];
      case 'pushClosure':
        this.#closurePushAt.set(event.machine, event.at);
        return [];
      case 'createSource':
      case 'moveSource':
        return [{ type: 'asked', id: nameOf(event.machine) }];
      case 'switchTarget':
        return [this.#switched(nameOf(event.machine), (event.params as { source: string }).source)];
      case 'runHooks':
        return this.#hooks.map((command) => ({ type: 'hook', command }));
      case 'askTarget':
        return [{ type: 'asked', id: nameOf(event.machine) }];
      default:
        return [];
    }
  }

  /** An Application is pointed at each new artifact; that it has its own is said the first time. */
  #switched(id: ObjectId, source: ObjectId): Happening {
    if (this.#onOwnArtifacts.has(id)) return { type: 'asked', id };
    if (isOwnArtifacts(source)) this.#onOwnArtifacts.add(id);
    return { type: 'isolated', id, source };
  }

  #cycleEnd(event: LoggedEvent, state: Readonly<EngineState>): Happening[] {
    if (event.type === 'TargetsResolved' || event.type === 'TargetsUncertain') {
      const { source, bystanders } = event.plan as Plan;
      // Argo CD runs no Application before it is asked or its resync comes.
      this.#bystanders = isApplicationSource(source) ? 0 : bystanders;
    }
    const watch = state.machines.get(WATCH);
    if (watch === undefined) return [];
    const context = watch.context as WatchContext;
    const name = stateName(watch);
    if (name === 'backoff' && event.type === 'StepFailed') {
      const due = state.timers.get(`${WATCH}#backoff`)?.dueAt ?? event.at;
      return [{ type: 'backoff', step: String(event.step), failure: event.failure as Failure, inMs: due - event.at }];
    }
    // `state` is the one after the whole batch: what else is in the batch is shown first.
    if (event.seq < state.seq) return [];
    if (!this.#inCycle || Object.keys(context.inFlight).length > 0 || (name !== 'idle' && name !== 'debouncing'))
      return [];
    this.#inCycle = false;
    const counts = { ready: 0, failed: 0, held: 0 };
    for (const outcome of Object.values(context.outcomes)) {
      if (outcome === 'ready') counts.ready += 1;
      else if (outcome === 'failed') counts.failed += 1;
      else counts.held += 1;
    }
    const elapsedMs = event.at - (this.#cycleAt ?? event.at);
    this.#cycleAt = name === 'debouncing' ? event.at : undefined;
    const end: Happening = { type: 'cycleEnd', ...counts, elapsedMs, otherRuns: this.#bystanders };
    if (!this.#suggestsIsolation || this.#bystanders === 0) return [end];
    this.#suggestsIsolation = false;
    return [end, isolationHint(Object.keys(context.outcomes).length, this.#bystanders)];
  }
}

function resolvedHappening(event: LoggedEvent): BatchResolved {
  const plan = event.plan as Plan;
  return {
    type: 'resolved',
    decision: event.type === 'TargetsUncertain' ? 'full' : 'targeted',
    full: event.full as FullReason | undefined,
    decisions: event.decisions as BatchResolved['decisions'],
    affected: plan.targets,
    held: plan.held,
    suspended: plan.suspended,
    bystanders: plan.bystanders,
    pruneRisk: plan.pruneRisk,
    shared: plan.targets.flatMap(({ id, sharedBecause }) =>
      sharedBecause === undefined ? [] : [{ id, because: sharedBecause }],
    ),
  };
}

function nothingHappening(event: LoggedEvent): Happening[] {
  const held = event.held as HeldTarget[];
  const decisions = event.decisions as BatchResolved['decisions'];
  const wouldAsk = (event.wouldAsk as BatchResolved['affected'] | undefined) ?? [];
  const shown: Happening[] = [];
  if (decisions.length > 0 || held.length > 0 || wouldAsk.length > 0) {
    shown.push({
      type: 'resolved',
      decision: held.length > 0 ? 'held' : wouldAsk.length > 0 ? 'targeted' : 'none',
      full: event.full as FullReason | undefined,
      decisions,
      affected: wouldAsk,
      held,
      suspended: (event.suspended as string[] | undefined) ?? [],
      bystanders: 0,
      pruneRisk: undefined,
    });
  }
  if (wouldAsk.length > 0) shown.push({ type: 'message', level: 'warning', text: String(event.reason) });
  return shown;
}

function warningsOf(event: LoggedEvent): Happening[] {
  const warnings = (event.warnings as readonly string[] | undefined) ?? [];
  return warnings.map((text) => ({ type: 'message', level: 'warning', text }));
}

function textOf(failure: Failure): { text: string; hint?: string } {
  return { text: failure.message, ...(failure.hint === undefined ? {} : { hint: failure.hint }) };
}
