import type { Failure } from '../../src/domain/failure.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/domain/limits.ts';
import type { TargetObservation } from '../../src/domain/observation.ts';
import { Engine, type Outcome } from '../../src/engine/engine.ts';
import type { EventLog, LoggedEvent } from '../../src/engine/event-log.ts';
import { createMemoryLog } from '../../src/engine/memory-log.ts';
import { WATCH_KINDS } from '../../src/machines/kinds.ts';
import { stateName } from '../../src/machines/state-name.ts';
import type { TargetContext } from '../../src/machines/target-context.ts';
import type { PlannedTarget } from '../../src/machines/watch-context.ts';
import { sourceFetched, targetReady } from './observed-events.ts';
import { VirtualClock } from './virtual-clock.ts';

export const SOURCE = 'OCIRepository/flux-system/shop';

/** The real engine and machines; files, registry and cluster are what a test says they are. */
export class WatchRig {
  readonly clock = new VirtualClock();
  readonly log: EventLog;
  engine: Engine;
  readonly events: LoggedEvent[] = [];
  /** Requests in the order they were sent: the target's or source's id. */
  readonly asked: string[] = [];
  readonly tokens = new Map<string, string>();
  pushes = 0;
  /** What the next resolutions say. */
  affected: { id: string; digest: string; dependsOn?: string[] }[] = [];
  pushOutcome: () => Outcome = () => ({
    type: 'ArtifactPushed',
    digest: `sha256:${this.pushes}`,
    unchanged: false,
    bytesSent: 1,
  });
  askOutcome: (id: string) => Outcome | Promise<Outcome> = () => ({ type: 'RequestAccepted' });
  readonly limits: Limits;

  constructor(options: { log?: EventLog; limits?: Partial<Limits> } = {}) {
    this.log = options.log ?? createMemoryLog();
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.engine = this.boot();
  }

  boot(): Engine {
    this.engine?.stop();
    const engine = new Engine({
      log: this.log,
      clock: this.clock,
      kinds: WATCH_KINDS,
      limits: this.limits,
      onCommit: (events) => this.events.push(...events),
      effects: {
        resolveTargets: () => this.#resolution(),
        sweepTree: () => ({ type: 'TreeSwept', changed: 0 }),
        runHooks: () => ({ type: 'HooksSucceeded' }),
        pushArtifact: () => {
          this.pushes += 1;
          return this.pushOutcome();
        },
        askSource: ({ source, token }: { source: string; token: string }) => {
          this.asked.push(source);
          this.tokens.set(source, token);
          return { type: 'SourceAsked' };
        },
        askTarget: ({ target, token }: { target: string; token: string }) => {
          this.asked.push(target);
          this.tokens.set(target, token);
          return this.askOutcome(target);
        },
      },
    });
    engine.start();
    this.engine = engine;
    return engine;
  }

  #resolution(): Outcome {
    if (this.affected.length === 0)
      return { type: 'NothingToDo', reason: 'unchanged', decisions: [], held: [], released: [] };
    const ids = this.affected.map(({ id }) => id);
    const targets: PlannedTarget[] = this.affected.map(({ id, digest, dependsOn = [] }) => ({
      id,
      rule: 'closure',
      digest,
      because: [],
      awaits: dependsOn.filter((name) => ids.includes(name)),
      awaitedBy: this.affected.filter((other) => other.dependsOn?.includes(id)).map((other) => other.id),
      reads: SOURCE,
    }));
    return {
      type: 'TargetsResolved',
      reason: 'closure',
      decisions: [],
      plan: {
        source: SOURCE,
        contentDigest: 'c',
        generators: [],
        targets,
        held: [],
        suspended: [],
        bystanders: 0,
        pruneRisk: undefined,
        released: [],
      },
    };
  }

  define(id: string, dependsOn: string[] = [], dependents: string[] = []): void {
    this.engine.dispatch({
      machine: `target/${id}`,
      type: 'TargetDefined',
      reads: SOURCE,
      dependsOn: dependsOn.map((name) => ({ id: name, sameSource: true })),
      dependents,
    });
  }

  /** A save whose resolution names these targets; time moves past the quiet period. */
  save(...affected: { id: string; digest: string; dependsOn?: string[] }[]): void {
    this.affected = affected;
    this.engine.dispatch({ machine: 'watch', type: 'FilesChanged', paths: ['file.yaml'] });
    this.clock.advance(this.limits.quietPeriodMs);
  }

  get revision(): string {
    return `latest@sha256:${this.pushes}`;
  }

  /** source-controller has fetched what was pushed last. */
  sourceFetches(): void {
    this.engine.dispatch(sourceFetched(SOURCE, this.revision, this.tokens.get(SOURCE)));
  }

  observe(id: string, fields: Partial<TargetObservation> = {}): void {
    this.engine.dispatch(targetReady(id, this.revision, this.tokens.get(id), fields));
  }

  fails(id: string, reason = 'BuildFailed'): void {
    this.observe(id, {
      ready: 'False',
      reason,
      message: 'accumulating resources: no such file',
      lastAppliedRevision: 'latest@sha256:0',
    });
  }

  stateOf(machine: string): string {
    const snapshot = this.engine.state.machines.get(machine);
    return snapshot === undefined ? 'absent' : stateName(snapshot);
  }

  target(id: string): TargetContext {
    return this.engine.state.machines.get(`target/${id}`)?.context as TargetContext;
  }

  get watch(): string {
    return this.stateOf('watch');
  }
}

export const UNAVAILABLE: Failure = { kind: 'unavailable', message: 'connect ECONNREFUSED', dependency: 'api-server' };
