import { type ApplicationOptions, definitionsReading } from '../domain/argo/application-definition.ts';
import { definitionsFromObjects } from '../domain/definitions-from-objects.ts';
import { beforeIsolation, isolatedFrom, ownArtifactPlace, readSource } from '../domain/isolation/isolated-source.ts';
import type { LostSession } from '../domain/isolation/lost-session.ts';
import { isIsolated, sessionIsolation } from '../domain/isolation/session-marks.ts';
import { sessionSourceMarks } from '../domain/isolation/session-source.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import type { SourceObservation, TargetObservation } from '../domain/observation.ts';
import { sameObservation, sourceObservation, targetObservation } from '../domain/observations-from-objects.ts';
import { type Definitions, type ObjectId, objectId, type TargetDefinition } from '../domain/target.ts';
import type { EngineState } from '../engine/engine-state.ts';
import type { NewEvent } from '../engine/event-log.ts';
import type { IsolationObservation } from '../machines/isolation-context.ts';
import { isolationMachineId, sourceMachineId, targetMachineId, WATCH } from '../machines/messages.ts';
import type { SourceContext } from '../machines/source-context.ts';
import type { TargetContext } from '../machines/target-context.ts';
import { isolationEvents, isolationObservation } from './isolation-observations.ts';
import { type Neighbours, neighboursOf } from './target-neighbours.ts';

/**
 * The objects of Flux and Argo CD in the cluster as the watch last saw them, and what a change of them means for the engine: the few fields that
 * decisions need, and only when those differ from what the engine has already.
 */
export class LiveView {
  readonly #options: ApplicationOptions;
  readonly #objects = new Map<ObjectId, KubeObject>();
  /** Each object's definition as JSON: a change of status alone does not touch the mapping. */
  readonly #mapping = new Map<ObjectId, string>();
  /** `<namespace>/<name>` of the Lease of this process's session, once there is one. */
  session: string | undefined;
  /** The session that this process had. */
  lost: LostSession | undefined;
  /** The source that a session made for a target, by the target. */
  readonly #madeSources = new Map<ObjectId, ObjectId>();
  /** The uid of what was removed last, by name: an answer to a request of before does not bring it back. */
  readonly #removed = new Map<ObjectId, string>();
  /** Targets that the engine was told to be gone, and that were not there since. */
  readonly #toldGone = new Set<string>();
  /** What the engine was told last, by machine. */
  readonly #told = new Map<string, TargetObservation | SourceObservation>();
  readonly #toldDefinitions = new Map<string, string>();
  readonly #toldIsolations = new Map<ObjectId, IsolationObservation>();
  #definitions: Definitions | undefined;
  #neighbours: Neighbours | undefined;
  /** The definitions as JSON, as they were when they were last taken. */
  #taken = '';
  #mayHaveChanged = false;
  #reading: ObjectId | undefined;

  constructor(options: ApplicationOptions = {}) {
    this.#options = options;
  }

  /** From now on Applications with several sources are seen from the side of this one. */
  readFrom(source: ObjectId): void {
    this.#reading = source;
    this.#forgetDefinitions();
  }

  put(object: KubeObject): void {
    const id = idOf(object);
    // What the API server answered to a patch is here before the watch tells what was before it.
    if (isOlder(object, this.#objects.get(id))) return;
    if (object.metadata.uid !== undefined && this.#removed.get(id) === object.metadata.uid) return;
    this.#objects.set(id, object);
    const marks = sessionSourceMarks(object);
    if (marks !== undefined) this.#madeSources.set(marks.target, id);
    const mapping = mappingOf(object, this.#options);
    if (this.#mapping.get(id) === mapping) return;
    this.#mapping.set(id, mapping);
    this.#forgetDefinitions();
  }

  remove(object: KubeObject): void {
    const id = idOf(object);
    this.#objects.delete(id);
    if (object.metadata.uid !== undefined) this.#removed.set(id, object.metadata.uid);
    if (this.#mapping.delete(id)) this.#forgetDefinitions();
  }

  object(id: ObjectId): KubeObject | undefined {
    return this.#objects.get(id);
  }

  get objects(): readonly KubeObject[] {
    return [...this.#objects.values()];
  }

  target(id: ObjectId): TargetDefinition | undefined {
    return this.#neighbourhood().byId.get(id);
  }

  /** Isolated targets are on the shared source, whose files they are, with their own beside it. */
  get definitions(): Definitions {
    this.#definitions ??= definitionsReading(
      definitionsOf([...this.#objects.values()], this.#options),
      this.#reading ?? '',
    );
    return this.#definitions;
  }

  /** True once after the mapping (paths, sources, dependencies) has changed. A target that comes to a source of its own, or leaves it, maps as before. */
  takeMappingChanged(): boolean {
    if (!this.#mayHaveChanged) return false;
    this.#mayHaveChanged = false;
    const { targets, generators, sources } = this.definitions;
    const shared = sources.filter(({ id }) => !this.#isOwnSource(id));
    const now = JSON.stringify({ targets, generators, shared }, withoutPassing);
    if (now === this.#taken) return false;
    this.#taken = now;
    return true;
  }

  #isOwnSource(id: ObjectId): boolean {
    const object = this.#objects.get(id);
    return object !== undefined && isolatedFrom(object) !== undefined;
  }

  #forgetDefinitions(): void {
    this.#definitions = undefined;
    this.#neighbours = undefined;
    this.#mayHaveChanged = true;
  }

  /** What the engine has yet to hear about all objects, or about `only`. */
  eventsFor(state: Readonly<EngineState>, fedSource: ObjectId | undefined, only?: ObjectId): NewEvent[] {
    const events: NewEvent[] = [];
    const { targets } = this.definitions;
    const { byId, dependents } = this.#neighbourhood();
    // Its dependents are told too whether they and it read one source.
    const concerned =
      only === undefined
        ? targets
        : [only, ...(dependents.get(only) ?? [])].flatMap((id) => {
            const found = byId.get(id);
            return found === undefined ? [] : [found];
          });
    for (const target of concerned) {
      events.push(...this.#targetEvents(state, target, byId, dependents.get(target.id) ?? []));
      events.push(...this.#isolationEvents(state, target));
    }
    if (only?.startsWith('OCIRepository/') === true) {
      for (const target of targets) {
        if (this.#ownSourceOf(target) === only || this.#madeSources.get(target.id) === only)
          events.push(...this.#isolationEvents(state, target));
      }
    }
    if (fedSource !== undefined) events.push(...this.#sourceEvents(state, fedSource, only));
    return events;
  }

  /** What of that is about how far targets are isolated. */
  isolationEventsFor(state: Readonly<EngineState>): NewEvent[] {
    return this.definitions.targets.flatMap((target) => this.#isolationEvents(state, target));
  }

  #neighbourhood(): Neighbours {
    this.#neighbours ??= neighboursOf(this.definitions.targets);
    return this.#neighbours;
  }

  /** Targets the engine knows and the cluster does not have (any more). */
  goneEvents(state: Readonly<EngineState>): NewEvent[] {
    const present = new Set(this.definitions.targets.map(({ id }) => targetMachineId(id)));
    const events: NewEvent[] = [];
    for (const [machine, snapshot] of state.machines) {
      if (!machine.startsWith('target/') || present.has(machine) || snapshot.matches('gone')) continue;
      this.#toldGone.add(machine);
      events.push({ machine, type: 'TargetRemoved' });
      const isolation = isolationMachineId((snapshot.context as TargetContext).id);
      // Made again, it begins on the shared source.
      if (state.machines.has(isolation)) events.push({ machine: isolation, type: 'TargetReturned' });
    }
    return events;
  }

  #targetEvents(
    state: Readonly<EngineState>,
    target: TargetDefinition,
    byId: ReadonlyMap<ObjectId, TargetDefinition>,
    dependents: readonly ObjectId[],
  ): NewEvent[] {
    const machine = targetMachineId(target.id);
    // The engine may not have heard yet that the one before it is gone.
    const snapshot = this.#toldGone.delete(machine) ? undefined : state.machines.get(machine);
    const known = snapshot?.context as TargetContext | undefined;
    const events: NewEvent[] = [];
    const reads = readSource(target);
    const defined = {
      reads,
      dependsOn: target.dependsOn.map((id) => {
        const dependency = byId.get(id);
        return { id, sameSource: dependency !== undefined && readSource(dependency) === reads };
      }),
      dependents,
    };
    const definition = JSON.stringify([defined.reads, defined.dependsOn, defined.dependents]);
    const isKnown =
      known !== undefined &&
      !snapshot?.matches('gone') &&
      JSON.stringify([known.reads, known.dependsOn, known.dependents]) === definition;
    if (!isKnown || (this.#toldDefinitions.get(machine) ?? definition) !== definition) {
      this.#toldDefinitions.set(machine, definition);
      events.push({ machine, type: 'TargetDefined', ...defined });
    }
    const object = this.#objects.get(target.id);
    if (object === undefined) return events;
    const observation = targetObservation(object, { ...this.#options, reads: target.source });
    if (this.#isNews(machine, known?.observation, observation)) {
      events.push({ machine, type: 'TargetObserved', observation });
    }
    return events;
  }

  /**
   * What the engine was told may not be in its state yet: an object that goes back meanwhile to what the state has (Ready, at work, Ready) is news
   * all the same.
   */
  #isNews<T extends TargetObservation | SourceObservation>(machine: string, known: T | undefined, seen: T): boolean {
    const told = this.#told.get(machine) as T | undefined;
    const isKnown = known !== undefined && sameObservation(known, seen);
    if (isKnown && (told === undefined || sameObservation(told, seen))) return false;
    this.#told.set(machine, seen);
    return true;
  }

  #isolationEvents(state: Readonly<EngineState>, target: TargetDefinition): NewEvent[] {
    const made = this.#madeSources.get(target.id);
    const own = this.#ownSourceOf(target);
    const observation = isolationObservation({
      target,
      object: this.#objects.get(target.id),
      own: own === undefined ? undefined : this.#objects.get(own),
      made: made === undefined ? undefined : this.#objects.get(made),
      session: this.session,
      lost: this.lost,
    });
    const events = isolationEvents(state, target.id, observation, this.#toldIsolations.get(target.id));
    if (events.length > 0) this.#toldIsolations.set(target.id, observation);
    return events;
  }

  /** By the target's own marks also where that source is gone. */
  #ownSourceOf(target: TargetDefinition): ObjectId | undefined {
    if (target.ownSource !== undefined) return target.ownSource;
    const object = this.#objects.get(target.id);
    const marks = object === undefined ? undefined : sessionIsolation(object);
    return isIsolated(marks) ? marks.ownSource : undefined;
  }

  #sourceEvents(state: Readonly<EngineState>, fedSource: ObjectId, only: ObjectId | undefined): NewEvent[] {
    const machine = sourceMachineId(fedSource);
    const known = state.machines.get(machine)?.context as SourceContext | undefined;
    const events: NewEvent[] = [];
    const fed = only === undefined || only === fedSource ? this.#objects.get(fedSource) : undefined;
    if (fed !== undefined) {
      const observation = sourceObservation(fed);
      if (this.#isNews(machine, known?.observation, observation)) {
        events.push({ machine, type: 'SourceObserved', observation });
      }
    }
    for (const generator of this.definitions.generators) {
      if (!generator.sources.some(({ source }) => source === fedSource)) continue;
      for (const { name } of generator.artifacts) {
        const id = objectId('ExternalArtifact', generator.namespace, name);
        const artifact = only === undefined || only === id ? this.#objects.get(id) : undefined;
        if (artifact === undefined) continue;
        const observation = sourceObservation(artifact);
        if (observation.artifactRevision !== undefined && known?.revisions[id] !== observation.artifactRevision) {
          events.push({ machine, type: 'SourceObserved', observation });
        }
      }
      // After the artifacts: once the generator has answered, their revisions are those of its answer.
      const object = only === undefined || only === generator.id ? this.#objects.get(generator.id) : undefined;
      if (object === undefined) continue;
      const { lastHandledReconcileAt: handled, ready } = sourceObservation(object);
      if (handled !== undefined && ready === 'True' && known?.generatorTokens[generator.id] !== handled) {
        events.push(...this.#artifactsOf(generator.id, machine), {
          machine,
          type: 'GeneratorObserved',
          id: generator.id,
          handled,
        });
      }
    }
    return events;
  }

  /** The API server streams each kind apart: a generator's answer may come before the artifacts it speaks of, so they go with it. */
  #artifactsOf(generatorId: ObjectId, machine: string): NewEvent[] {
    const generator = this.definitions.generators.find(({ id }) => id === generatorId);
    const events: NewEvent[] = [];
    for (const { name } of generator?.artifacts ?? []) {
      const artifact = this.#objects.get(objectId('ExternalArtifact', generator?.namespace ?? '', name));
      if (artifact !== undefined)
        events.push({ machine, type: 'SourceObserved', observation: sourceObservation(artifact) });
    }
    return events;
  }
}

/** What files mean does not depend on these. */
function withoutPassing(name: string, value: unknown): unknown {
  return name === 'ownSource' ? undefined : withoutGeneration(name, value);
}

/** Says nothing that the definitions do. */
function withoutGeneration(name: string, value: unknown): unknown {
  return name === 'generation' ? undefined : value;
}

/** What of the object is in the definitions. An own source counts by where it belongs and where its artifact goes: its digest moves with each save. */
function mappingOf(object: KubeObject, options: ApplicationOptions): string {
  const from = isolatedFrom(object);
  const defined = from === undefined ? definitionsFromObjects([{ object }], options) : [from, ownArtifactPlace(object)];
  return JSON.stringify(defined, withoutGeneration);
}

function definitionsOf(objects: readonly KubeObject[], options: ApplicationOptions): Definitions {
  const defining = objects.map((object) => ({ object }));
  return beforeIsolation(definitionsFromObjects(defining, options), defining);
}

/** An object that was made anew has another uid. */
function isOlder({ metadata }: KubeObject, known: KubeObject | undefined): boolean {
  if (known === undefined || metadata.uid === undefined || metadata.uid !== known.metadata.uid) return false;
  const generations = (metadata.generation ?? 0) - (known.metadata.generation ?? 0);
  if (generations !== 0) return generations < 0;
  // A status that the watch has brought already is newer than the answer to the request before it.
  return isLowerVersion(metadata.resourceVersion, known.metadata.resourceVersion);
}

/** Whole numbers that only grow, of any length; where they are something else nothing can be told. */
function isLowerVersion(version: string | undefined, known: string | undefined): boolean {
  if (version === undefined || known === undefined || !DIGITS.test(version) || !DIGITS.test(known)) return false;
  return version.length === known.length ? version < known : version.length < known.length;
}

const DIGITS = /^[1-9][0-9]*$/;

/** The event for the watch machine when the cluster's objects map files to targets in another way than before. */
export function definitionsChangedEvent(reason: string): NewEvent {
  return { machine: WATCH, type: 'DefinitionsChanged', reason };
}

export function idOf(object: KubeObject): ObjectId {
  return objectId(object.kind, object.metadata.namespace ?? '', object.metadata.name);
}
