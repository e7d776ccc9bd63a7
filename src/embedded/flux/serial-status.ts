import type { KubeObject } from '../../domain/kube-object.ts';
import { type StatusChange, withStatusChange } from './status-change.ts';

/**
 * The status of an object through one run: changes gather in memory, and a write sends what differs from the last one. So a watch
 * sees the steps that the real controllers show, and no others.
 */
export class SerialStatus<Written> {
  readonly #now: () => number;
  readonly #persist: (before: KubeObject, after: KubeObject) => Written;
  #written: KubeObject;
  #object: KubeObject;

  constructor(object: KubeObject, now: () => number, persist: (before: KubeObject, after: KubeObject) => Written) {
    this.#now = now;
    this.#persist = persist;
    this.#written = object;
    this.#object = object;
  }

  /** The object as it was read, with all changes so far. */
  get object(): KubeObject {
    return this.#object;
  }

  change(change: StatusChange): void {
    this.#object = withStatusChange(this.#object, change, this.#now());
  }

  write(): Written {
    const before = this.#written;
    this.#written = this.#object;
    return this.#persist(before, this.#object);
  }
}
