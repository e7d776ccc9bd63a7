import { definitionsFromObjects } from '../domain/definitions-from-objects.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { sameObservation, sourceObservation, targetObservation } from '../domain/observations-from-objects.ts';
import { type Definitions, type ObjectId, objectId, type TargetDefinition } from '../domain/target.ts';
import type { EngineState } from '../engine/engine-state.ts';
import type { NewEvent } from '../engine/event-log.ts';
import { sourceMachineId, targetMachineId, WATCH } from '../machines/messages.ts';
import type { SourceContext } from '../machines/source-context.ts';
import type { TargetContext } from '../machines/target-context.ts';

/**
 * The Flux objects of the cluster as the watch last saw them, and what a change of them means for the engine: the few fields that
 * decisions need, and only when those differ from what the engine has already.
 */
export class LiveView {
  readonly #objects = new Map<ObjectId, KubeObject>();
  /** Each object's definition as JSON: a change of status alone does not touch the mapping. */
  readonly #mapping = new Map<ObjectId, string>();
  #definitions: Definitions | undefined;
  #neighbours: Neighbours | undefined;
  #mappingChanged = false;

  put(object: KubeObject): void {
    const id = idOf(object);
    this.#objects.set(id, object);
    const mapping = JSON.stringify(definitionsFromObjects([{ object }]), withoutGeneration);
    if (this.#mapping.get(id) === mapping) return;
    this.#mapping.set(id, mapping);
    this.#forgetDefinitions();
  }

  remove(object: KubeObject): void {
    const id = idOf(object);
    this.#objects.delete(id);
    if (this.#mapping.delete(id)) this.#forgetDefinitions();
  }

  object(id: ObjectId): KubeObject | undefined {
    return this.#objects.get(id);
  }

  get definitions(): Definitions {
    this.#definitions ??= definitionsFromObjects([...this.#objects.values()].map((object) => ({ object })));
    return this.#definitions;
  }

  /** True once after the mapping (paths, sources, dependencies) has changed. */
  takeMappingChanged(): boolean {
    const changed = this.#mappingChanged;
    this.#mappingChanged = false;
    return changed;
  }

  #forgetDefinitions(): void {
    this.#definitions = undefined;
    this.#neighbours = undefined;
    this.#mappingChanged = true;
  }

  /** What the engine has yet to hear about all objects, or about `only`. */
  eventsFor(state: Readonly<EngineState>, fedSource: ObjectId | undefined, only?: ObjectId): NewEvent[] {
    const events: NewEvent[] = [];
    const { targets } = this.definitions;
    const { byId, dependents } = this.#neighbourhood();
    for (const target of only === undefined ? targets : [byId.get(only)].filter((found) => found !== undefined)) {
      events.push(...this.#targetEvents(state, target, byId, dependents.get(target.id) ?? []));
    }
    if (fedSource !== undefined) events.push(...this.#sourceEvents(state, fedSource, only));
    return events;
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
      if (machine.startsWith('target/') && !present.has(machine) && !snapshot.matches('gone'))
        events.push({ machine, type: 'TargetRemoved' });
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
    const snapshot = state.machines.get(machine);
    const known = snapshot?.context as TargetContext | undefined;
    const events: NewEvent[] = [];
    const defined = {
      reads: target.source,
      dependsOn: target.dependsOn.map((id) => ({ id, sameSource: byId.get(id)?.source === target.source })),
      dependents,
    };
    const same =
      known !== undefined &&
      !snapshot?.matches('gone') &&
      JSON.stringify([known.reads, known.dependsOn, known.dependents]) ===
        JSON.stringify([defined.reads, defined.dependsOn, defined.dependents]);
    if (!same) events.push({ machine, type: 'TargetDefined', ...defined });
    const object = this.#objects.get(target.id);
    if (object === undefined) return events;
    const observation = targetObservation(object);
    if (known?.observation === undefined || !sameObservation(known.observation, observation)) {
      events.push({ machine, type: 'TargetObserved', observation });
    }
    return events;
  }

  #sourceEvents(state: Readonly<EngineState>, fedSource: ObjectId, only: ObjectId | undefined): NewEvent[] {
    const machine = sourceMachineId(fedSource);
    const known = state.machines.get(machine)?.context as SourceContext | undefined;
    const events: NewEvent[] = [];
    const fed = only === undefined || only === fedSource ? this.#objects.get(fedSource) : undefined;
    if (fed !== undefined) {
      const observation = sourceObservation(fed);
      if (known?.observation === undefined || !sameObservation(known.observation, observation)) {
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

function withoutGeneration(name: string, value: unknown): unknown {
  return name === 'generation' ? undefined : value;
}

/** The event for the watch machine when the cluster's objects map files to targets in another way than before. */
export function definitionsChangedEvent(reason: string): NewEvent {
  return { machine: WATCH, type: 'DefinitionsChanged', reason };
}

export function idOf(object: KubeObject): ObjectId {
  return objectId(object.kind, object.metadata.namespace ?? '', object.metadata.name);
}

interface Neighbours {
  readonly byId: ReadonlyMap<ObjectId, TargetDefinition>;
  readonly dependents: ReadonlyMap<ObjectId, readonly ObjectId[]>;
}

function neighboursOf(targets: readonly TargetDefinition[]): Neighbours {
  return { byId: new Map(targets.map((target) => [target.id, target])), dependents: dependentsOf(targets) };
}

function dependentsOf(targets: readonly TargetDefinition[]): Map<ObjectId, ObjectId[]> {
  const dependents = new Map<ObjectId, ObjectId[]>();
  for (const { id, dependsOn } of targets) {
    for (const dependency of dependsOn) dependents.set(dependency, [...(dependents.get(dependency) ?? []), id]);
  }
  return dependents;
}
