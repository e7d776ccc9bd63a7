import type { EmbeddedCluster } from '../../../src/embedded/testing.ts';

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly name: string;
  readonly revision: number;
}

/** What is there: the revision of each object by its name. */
export type State = ReadonlyMap<string, number>;

/** Every change of a namespace's ConfigMaps, in the order in which the store made them. */
export class Truth {
  readonly changes: Change[] = [];
  readonly stop: () => void;
  readonly #now = new Map<string, number>();

  constructor(cluster: EmbeddedCluster, namespace: string) {
    this.stop = cluster.objects.watch(({ type, resource, object, revision }) => {
      if (resource.kind !== 'ConfigMap' || object.metadata.namespace !== namespace) return;
      const change = { type, name: object.metadata.name, revision };
      this.changes.push(change);
      applyChange(this.#now, change);
    });
  }

  /** What is there now. */
  get state(): State {
    return this.#now;
  }

  /** The state after the changes up to `revision`. */
  stateAt(revision: number): State {
    const state = new Map<string, number>();
    for (const change of this.changes) {
      if (change.revision > revision) break;
      applyChange(state, change);
    }
    return state;
  }

  /** Where the first change after `revision` stands. */
  indexAfter(revision: number): number {
    const index = this.changes.findIndex((change) => change.revision > revision);
    return index < 0 ? this.changes.length : index;
  }
}

export function applyChange(state: Map<string, number>, { type, name, revision }: Change): void {
  if (type === 'DELETED') state.delete(name);
  else state.set(name, revision);
}

export function sameState(one: State, other: State): boolean {
  return one.size === other.size && [...one].every(([name, revision]) => other.get(name) === revision);
}
