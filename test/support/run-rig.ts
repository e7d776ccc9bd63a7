import { DEFAULT_LIMITS, type Limits } from '../../src/domain/limits.ts';
import type { TargetObservation } from '../../src/domain/observation.ts';
import type { PlannedReconcile, PlannedSource } from '../../src/domain/reconcile-plan.ts';
import type { ObjectId } from '../../src/domain/target.ts';
import { Engine, type Outcome } from '../../src/engine/engine.ts';
import type { LoggedEvent } from '../../src/engine/event-log.ts';
import { createMemoryLog } from '../../src/engine/memory-log.ts';
import { RECONCILE_KINDS } from '../../src/machines/reconcile-kinds.ts';
import { type PlannedRecovery, RUN, type RunContext } from '../../src/machines/run-context.ts';
import { stateName } from '../../src/machines/state-name.ts';
import { sourceFetched, targetReady } from './observed-events.ts';
import { VirtualClock } from './virtual-clock.ts';

export const SOURCE = 'OCIRepository/flux-system/shop';

/** The machines of a `reconcile` in virtual time; the cluster is what a test says it is. */
export class RunRig {
  readonly clock = new VirtualClock();
  readonly events: LoggedEvent[] = [];
  /** Requests in the order they were sent: what, and when (ms since the start). */
  readonly asked: { readonly id: ObjectId; readonly atMs: number }[] = [];
  readonly tokens = new Map<ObjectId, string>();
  askOutcome: (id: ObjectId) => Outcome | Promise<Outcome> = () => ({ type: 'RequestAccepted' });
  sourceOutcome: (id: ObjectId) => Outcome = () => ({ type: 'SourceAsked' });
  /** By effect. */
  releaseOutcome: (effect: string, release: ObjectId) => Outcome = (effect) => ({
    type: RELEASE_OUTCOMES[effect] ?? '',
  });
  readonly engine: Engine;
  readonly #from = this.clock.now();

  constructor(limits: Partial<Limits> = {}) {
    const release =
      (effect: string) =>
      ({ release: id }: { release: ObjectId }): Outcome => {
        this.#note(`${effect} ${id}`);
        return this.releaseOutcome(effect, id);
      };
    this.engine = new Engine({
      log: createMemoryLog(),
      clock: this.clock,
      kinds: RECONCILE_KINDS,
      limits: {
        ...DEFAULT_LIMITS,
        targetAttemptsMax: 3,
        targetBackoffMsMin: 5_000,
        targetBackoffMsMax: 30_000,
        backoffJitterRatio: 0,
        ...limits,
      },
      onCommit: (events) => this.events.push(...events),
      effects: {
        askSource: ({ source, token }: { source: ObjectId; token: string }) => {
          this.#note(source, token);
          return this.sourceOutcome(source);
        },
        askTarget: ({ target, token }: { target: ObjectId; token: string }) => {
          this.#note(target, token);
          return this.askOutcome(target);
        },
        resetRelease: release('resetRelease'),
        suspendRelease: release('suspendRelease'),
        resumeRelease: release('resumeRelease'),
      },
    });
    this.engine.start();
  }

  #note(id: ObjectId, token = ''): void {
    this.asked.push({ id, atMs: this.nowMs });
    this.tokens.set(id, token);
  }

  /** Since the start. */
  get nowMs(): number {
    return this.clock.now() - this.#from;
  }

  /** Targets by name, with the names they depend on. */
  start(
    targets: Readonly<Record<string, readonly string[]>>,
    options: {
      readonly excluded?: readonly string[];
      readonly recoveries?: readonly PlannedRecovery[];
      readonly plan?: (target: PlannedReconcile) => PlannedReconcile;
    } = {},
  ): void {
    const { excluded = [], recoveries = [], plan = (target) => target } = options;
    const dependentsOf = (name: string): string[] =>
      Object.entries(targets).flatMap(([id, others]) => (others.includes(name) ? [id] : []));
    for (const [name, dependsOn] of Object.entries(targets)) {
      this.engine.dispatch({
        machine: `target/${name}`,
        type: 'TargetDefined',
        reads: SOURCE,
        dependsOn: dependsOn.map((id) => ({ id, sameSource: true })),
        dependents: dependentsOf(name),
      });
    }
    const sources: PlannedSource[] = [{ id: SOURCE, generators: [] }];
    const planned = Object.entries(targets).map(([id, awaits]) =>
      plan({
        id,
        reads: SOURCE,
        via: SOURCE,
        revision: undefined,
        awaits,
        awaitedBy: dependentsOf(id),
        excluded: excluded.includes(id),
      }),
    );
    this.engine.dispatch({ machine: RUN, type: 'RunStarted', sources, targets: planned, recoveries });
  }

  sourceFetches(revision = 'latest@sha256:1', fields: Readonly<Record<string, unknown>> = {}): void {
    this.engine.dispatch(sourceFetched(SOURCE, revision, this.tokens.get(SOURCE), fields));
  }

  observe(id: ObjectId, fields: Partial<TargetObservation> = {}): void {
    const { lastAppliedRevision = 'latest@sha256:1' } = fields;
    this.engine.dispatch(targetReady(id, lastAppliedRevision, this.tokens.get(id), fields));
  }

  get state(): string {
    const snapshot = this.engine.state.machines.get(RUN);
    return snapshot === undefined ? 'absent' : stateName(snapshot);
  }

  get run(): RunContext {
    return this.engine.state.machines.get(RUN)?.context as RunContext;
  }

  phases(): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.entries(this.run.targets).map(([id, { phase }]) => [id, phase]));
  }
}

const RELEASE_OUTCOMES: Readonly<Record<string, string>> = {
  resetRelease: 'ReleaseReset',
  suspendRelease: 'ReleaseSuspended',
  resumeRelease: 'ReleaseResumed',
};
