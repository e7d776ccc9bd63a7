import { isApplicationSource } from '../../domain/argo/application-source.ts';
import { type Failure, FailureError } from '../../domain/failure.ts';
import { readSource } from '../../domain/isolation/isolated-source.ts';
import { isRevisionOf } from '../../domain/readiness.ts';
import type { ObjectId, TargetDefinition } from '../../domain/target.ts';
import { call, failureOf } from '../../effects/call.ts';
import { definitionsChangedEvent, type LiveView } from '../../effects/live-view.ts';
import type { Engine } from '../../engine/engine.ts';
import type { EngineState } from '../../engine/engine-state.ts';
import { sourceMachineId, targetMachineId } from '../../machines/messages.ts';
import type { SourceContext } from '../../machines/source-context.ts';
import type { TargetContext } from '../../machines/target-context.ts';
import type { Happening } from '../../ui/happening.ts';
import { type Digests, digestsAt, digestsIn, type ReadConfig } from './artifact-digests.ts';
import { type ArtifactsRead, baselineEvents, isSameOnReturn, revisionOf } from './baseline-events.ts';

export interface BaselineOptions {
  readonly view: LiveView;
  readonly source: ObjectId;
  readonly engine: Pick<Engine, 'state' | 'dispatch'>;
  /** Undefined where there is no registry to ask. */
  readonly readConfig: ReadConfig | undefined;
  readonly now: () => number;
  readonly onHappening: (happening: Happening) => void;
}

/**
 * What is reconciled already, read from outside: the artifact this tool pushed says which content each target has in it, the target
 * says which revision it applied. What another tool pushed is unknown, and so is a target that moved on without this log.
 */
export class Baseline {
  readonly #options: BaselineOptions;
  /** What the artifacts behind the revisions hold that were asked for last. */
  #read: ReadonlyMap<string, Digests | undefined> = new Map();
  /** The source's when somebody asked for more last. */
  #revisionBefore: string | undefined;
  /** Of a source that Applications name: what its tag stood for when it was read last. */
  #tagged: string | undefined;
  /** What the tag stands for, where that was pushed by this tool and the source has not fetched it yet: what reads the source comes to it by itself. */
  #next: Digests | undefined;
  #isTagRead = false;
  /** Who still waited for an answer at the start: what they come to by themselves can be told once they have it. */
  #unanswered: ReadonlySet<ObjectId> = new Set();
  #pushedAtStart: string | undefined;
  #isReading = false;
  #hasWarned = false;

  constructor(options: BaselineOptions) {
    this.#options = options;
  }

  /** At a start, once all that the cluster shows is in the log. Also tells whose digest nobody knows any more. */
  async find(): Promise<void> {
    const { view, engine, readConfig } = this.#options;
    if (readConfig !== undefined) await this.#readDigests(view.definitions.targets, readConfig);
    const events = baselineEvents(this.#options, engine.state, this.#artifacts);
    const unanswered = view.definitions.targets.filter(({ id }) => !isSettled(engine.state, id));
    this.#unanswered = new Set(unanswered.map(({ id }) => id));
    this.#pushedAtStart = pushedDigest(engine.state, this.#options.source);
    if (events.length > 0) engine.dispatch(...events);
  }

  /**
   * Which of these, that were isolated and are back on the source, have there what they had: a session that ends pushes what is on the disk.
   * Never rejects; nothing is asked where there are none.
   */
  async keptOnReturn(returned: ReadonlySet<ObjectId>): Promise<ReadonlySet<ObjectId>> {
    const { view, source, engine, readConfig } = this.#options;
    const candidates = view.definitions.targets.filter(({ id }) => returned.has(id));
    if (readConfig === undefined || candidates.length === 0) return new Set();
    await this.#readDigests([], readConfig);
    const same = candidates.filter((target) => isSameOnReturn({ view, source }, target, engine.state, this.#artifacts));
    return new Set(same.map(({ id }) => id));
  }

  /**
   * Later, for what nobody could tell at the start: the registry was away, or a target not Ready. What changed while nobody watched is found
   * then. Never rejects; cheap where nothing is missing.
   */
  async findMore(): Promise<void> {
    const { view, source, engine, readConfig, now } = this.#options;
    const revision = revisionOf(view, source);
    // What is composed of a new push is not there at once, and nothing says when.
    const isComposed = revision === this.#revisionBefore;
    this.#revisionBefore = revision;
    const unknown = view.definitions.targets.filter(
      (target) => isUnknown(engine.state, targetMachineId(target.id)) && (isComposed || !readsComposed(target, source)),
    );
    const answered = this.#answeredSince();
    const isKnown = unknown.length === 0 && answered.length === 0 && this.#isTagRead;
    if (this.#isReading || readConfig === undefined || isKnown) return;
    const pushedBefore = pushedDigest(engine.state, source);
    this.#isReading = true;
    await this.#readDigests(unknown, async (digest) => {
      const result = await call(engine, 'registry', now, () => readConfig(digest));
      if ('failure' in result) throw new FailureError(result.failure);
      return result.value;
    });
    this.#isReading = false;
    // What is pushed beside this they may have already, unseen as yet: the next look finds out.
    if (!isAtRest(engine.state, source) || pushedDigest(engine.state, source) !== pushedBefore) return;
    this.#unanswered = new Set([...this.#unanswered].filter((id) => !answered.includes(id)));
    const machines = new Set(unknown.map(({ id }) => targetMachineId(id)));
    const found = baselineEvents(this.#options, engine.state, this.#artifacts).filter(
      ({ type, machine, digest }) =>
        type === 'PushedUnseen' || (digest !== undefined && machines.has(machine) && isUnknown(engine.state, machine)),
    );
    if (found.length > 0) engine.dispatch(...found, definitionsChangedEvent('what is reconciled already was read'));
  }

  /** None once this watch has pushed: what comes of that is in the log. */
  #answeredSince(): readonly ObjectId[] {
    const { engine, source } = this.#options;
    if (pushedDigest(engine.state, source) !== this.#pushedAtStart) this.#unanswered = new Set();
    return [...this.#unanswered].filter((id) => isSettled(engine.state, id));
  }

  get #artifacts(): ArtifactsRead {
    return { digests: this.#read, tagged: this.#tagged, next: this.#next };
  }

  /** Mostly one artifact: that of the source's revision, and those that targets have which have not come to it yet. */
  async #readDigests(targets: readonly TargetDefinition[], readConfig: ReadConfig): Promise<void> {
    const { view, source, engine } = this.#options;
    this.#tagged = await taggedRevision(view, source, readConfig).catch((error: unknown) => {
      this.#warn(failureOf(error, 'registry'));
      return undefined;
    });
    await this.#readTag(readConfig);
    const revisions = [
      this.#tagged ?? revisionOf(view, source),
      ...targets.map((target) => appliedRevision(engine.state, target, source)),
    ];
    const read = new Map<string, Digests | undefined>();
    for (const revision of new Set(revisions)) {
      if (revision === undefined) continue;
      try {
        read.set(revision, this.#read.has(revision) ? this.#read.get(revision) : await digestsAt(revision, readConfig));
      } catch (error) {
        this.#warn(failureOf(error, 'registry'));
        break;
      }
    }
    this.#read = read;
  }

  /** Once: what is pushed later than that is in the log, or is nobody's business here. */
  async #readTag(readConfig: ReadConfig): Promise<void> {
    const { view, source } = this.#options;
    const revision = revisionOf(view, source);
    const tag = source.startsWith('OCIRepository/') ? followedTag(view, source) : undefined;
    if (this.#isTagRead) return;
    try {
      const found = tag === undefined || revision === undefined ? undefined : await readConfig(tag);
      const digests = digestsIn(found?.config);
      this.#isTagRead = true;
      if (found === undefined || revision === undefined) return;
      // Then it need not be read by its digest, too.
      if (isRevisionOf(found.digest, revision)) this.#read = new Map([...this.#read, [revision, digests]]);
      else this.#next = digests;
    } catch (error) {
      this.#warn(failureOf(error, 'registry'));
    }
  }

  #warn({ message, hint }: Failure): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#options.onHappening({
      type: 'message',
      level: 'warning',
      text: `what is reconciled already cannot be read from the registry, and is asked for again later: ${message}`,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

function readsComposed(target: TargetDefinition, source: ObjectId): boolean {
  return readSource(target) !== source && target.ownSource === undefined;
}

/** Of a target that reads the fed source itself. */
function appliedRevision(state: Readonly<EngineState>, target: TargetDefinition, source: ObjectId): string | undefined {
  const context = state.machines.get(targetMachineId(target.id))?.context as TargetContext | undefined;
  return readSource(target) === source ? context?.observation?.lastAppliedRevision : undefined;
}

function isSettled(state: Readonly<EngineState>, target: ObjectId): boolean {
  return state.machines.get(targetMachineId(target))?.matches('settled') === true;
}

/** Nothing is on its way from here through the source. */
function isAtRest(state: Readonly<EngineState>, source: ObjectId): boolean {
  return state.machines.get(sourceMachineId(source))?.matches('idle') ?? true;
}

function pushedDigest(state: Readonly<EngineState>, source: ObjectId): string | undefined {
  return (state.machines.get(sourceMachineId(source))?.context as SourceContext | undefined)?.pushedDigest;
}

/** At rest, and nobody knows with which content. */
function isUnknown(state: Readonly<EngineState>, machine: string): boolean {
  const snapshot = state.machines.get(machine);
  const context = snapshot?.context as TargetContext | undefined;
  // Of most it is known: they are not looked at further.
  return (
    context?.owed === false &&
    (context.desiredDigest ?? context.reconciledDigest) === undefined &&
    snapshot?.matches('settled') === true
  );
}

/** Argo CD has no object that shows what a tag stands for: each Application resolves it. The registry knows. */
async function taggedRevision(view: LiveView, source: ObjectId, readConfig: ReadConfig): Promise<string | undefined> {
  const tag = isApplicationSource(source) ? followedTag(view, source) : undefined;
  return tag === undefined ? undefined : (await readConfig(tag))?.digest;
}

function followedTag(view: LiveView, source: ObjectId): string | undefined {
  return view.definitions.sources.find(({ id }) => id === source)?.ref?.tag;
}
