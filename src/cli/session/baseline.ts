import { isApplicationSource } from '../../domain/argo/application-source.ts';
import { isApplication } from '../../domain/argo/is-application.ts';
import { contentOf } from '../../domain/closure-artifact.ts';
import { type Failure, FailureError } from '../../domain/failure.ts';
import { readSource } from '../../domain/isolation/isolated-source.ts';
import { asFields } from '../../domain/object-fields.ts';
import { sourceObservation } from '../../domain/observations-from-objects.ts';
import { isRevisionOf } from '../../domain/readiness.ts';
import type { ObjectId, TargetDefinition } from '../../domain/target.ts';
import { call, failureOf } from '../../effects/call.ts';
import { artifactSeen } from '../../effects/isolation-observations.ts';
import { definitionsChangedEvent, type LiveView } from '../../effects/live-view.ts';
import { targetDigestsOf } from '../../effects/push-artifact.ts';
import type { Engine } from '../../engine/engine.ts';
import type { EngineState } from '../../engine/engine-state.ts';
import type { NewEvent } from '../../engine/event-log.ts';
import type { OwnSourceSeen } from '../../machines/isolation-context.ts';
import { sourceMachineId, targetMachineId } from '../../machines/messages.ts';
import type { SourceContext } from '../../machines/source-context.ts';
import type { TargetContext } from '../../machines/target-context.ts';
import type { Happening } from '../../ui/happening.ts';

/** The config blob of the artifact with this digest (or tag), and the digest; undefined where there is none. */
export type ReadConfig = (
  tagOrDigest: string,
) => Promise<{ readonly digest: string; readonly config: unknown } | undefined>;

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
  #isReading = false;
  #hasWarned = false;

  constructor(options: BaselineOptions) {
    this.#options = options;
  }

  /** At a start, once all that the cluster shows is in the log. Also tells whose digest nobody knows any more. */
  async find(): Promise<void> {
    const { view, engine, readConfig } = this.#options;
    if (readConfig !== undefined) await this.#readDigests(view.definitions.targets, readConfig);
    const events = baselineEvents(this.#options, this.#read, this.#tagged);
    if (events.length > 0) engine.dispatch(...events);
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
    if (this.#isReading || readConfig === undefined || unknown.length === 0) return;
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
    const machines = new Set(unknown.map(({ id }) => targetMachineId(id)));
    const found = baselineEvents(this.#options, this.#read, this.#tagged).filter(
      ({ machine, digest }) => digest !== undefined && machines.has(machine) && isUnknown(engine.state, machine),
    );
    if (found.length > 0) engine.dispatch(...found, definitionsChangedEvent('what is reconciled already was read'));
  }

  /** Mostly one artifact: that of the source's revision, and those that targets have which have not come to it yet. */
  async #readDigests(targets: readonly TargetDefinition[], readConfig: ReadConfig): Promise<void> {
    const { view, source, engine } = this.#options;
    this.#tagged = await taggedRevision(view, source, readConfig).catch((error: unknown) => {
      this.#warn(failureOf(error, 'registry'));
      return undefined;
    });
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

type Digests = Readonly<Record<ObjectId, string>>;

async function digestsAt(revision: string, readConfig: ReadConfig): Promise<Digests | undefined> {
  const found = await readConfig(revision.slice(revision.indexOf('@') + 1));
  return isRevisionOf(found?.digest ?? '', revision) ? targetDigestsOf(found?.config) : undefined;
}

function readsComposed(target: TargetDefinition, source: ObjectId): boolean {
  return readSource(target) !== source && target.ownSource === undefined;
}

/** Of a target that reads the fed source itself. */
function appliedRevision(state: Readonly<EngineState>, target: TargetDefinition, source: ObjectId): string | undefined {
  const context = state.machines.get(targetMachineId(target.id))?.context as TargetContext | undefined;
  return readSource(target) === source ? context?.observation?.lastAppliedRevision : undefined;
}

/** A target that is not at the source's revision yet comes to it by itself: what it has is sure only where that is the same. */
function withBoth(
  id: ObjectId,
  revisions: readonly (string | undefined)[],
  digests: ReadonlyMap<string, Digests | undefined>,
): string | undefined {
  const [digest, ...others] = revisions.map((revision) => digests.get(revision ?? '')?.[id]);
  return others.every((other) => other === digest) ? digest : undefined;
}

function baselineEvents(
  { view, source, engine }: BaselineOptions,
  digests: ReadonlyMap<string, Digests | undefined>,
  tagged: string | undefined,
): NewEvent[] {
  const { state } = engine;
  const revision = tagged ?? revisionOf(view, source);
  const events: NewEvent[] = [];
  for (const target of view.definitions.targets) {
    const { id } = target;
    const read = readSource(target);
    const machine = targetMachineId(id);
    const snapshot = state.machines.get(machine);
    const context = snapshot?.context as TargetContext | undefined;
    if (context?.observation === undefined || !snapshot?.matches('settled') || context.owed) continue;
    const { lastAppliedRevision, ready } = context.observation;
    // One that is being reconciled again has it applied all the same. One that reads a composed artifact counts in that artifact's revisions.
    const artifact = artifactRead(view, id);
    const current = read === source ? revision : (artifact?.digest ?? revisionOf(view, read));
    const shared =
      read === source ? withBoth(id, [lastAppliedRevision, current], digests) : digests.get(revision ?? '')?.[id];
    const isCurrent = lastAppliedRevision === current || read === source;
    const digest =
      lastAppliedRevision !== undefined && isCurrent && ready !== 'False'
        ? target.ownSource === undefined
          ? shared
          : (artifact?.content ?? contentServedBy(view, target.ownSource))
        : undefined;
    const knownHere = lastAppliedRevision !== undefined && context.revisions.includes(lastAppliedRevision);
    // What was pushed without this log, by the end of a session or another tool, it comes to by itself.
    const comesTo = read === source && target.ownSource === undefined ? digests.get(current ?? '')?.[id] : undefined;
    const movesOn = current !== lastAppliedRevision && comesTo !== undefined && comesTo !== context.reconciledDigest;
    if (digest === context.reconciledDigest || (digest === undefined && knownHere && !movesOn)) continue;
    events.push({ machine, type: 'BaselineFound', ...(digest === undefined ? {} : { digest }) });
  }
  return events;
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
  const tag = isApplicationSource(source)
    ? view.definitions.sources.find(({ id }) => id === source)?.ref?.tag
    : undefined;
  return tag === undefined ? undefined : (await readConfig(tag))?.digest;
}

function revisionOf(view: LiveView, source: ObjectId): string | undefined {
  const object = view.object(source);
  return object === undefined ? undefined : sourceObservation(object).artifactRevision;
}

/** The one that an isolated Application reads: it says itself which, and what that holds. */
function artifactRead(view: LiveView, id: ObjectId): Pick<OwnSourceSeen, 'digest' | 'content'> | undefined {
  const object = view.object(id);
  return object === undefined || !isApplication(object) ? undefined : artifactSeen(object);
}

/** An artifact of a target's own says what it holds in its one annotation, which the source's status repeats. */
function contentServedBy(view: LiveView, ownSource: ObjectId): string | undefined {
  const { metadata } = asFields(asFields(view.object(ownSource)?.status).artifact);
  return contentOf(asFields(metadata));
}
