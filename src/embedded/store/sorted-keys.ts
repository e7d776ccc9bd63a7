/** So few new keys are put where they belong one by one; more are sorted in at once. */
const INSERTED_MAX = 16;

/** Keys in the order of their characters' codes, as etcd has them. New ones are sorted in when somebody looks, not one by one. */
export class SortedKeys {
  #sorted: string[] = [];
  #added: string[] = [];

  /** `key` must not be there yet. */
  add(key: string): void {
    // New names often come in order.
    const last = this.#sorted.at(-1);
    if (this.#added.length === 0 && (last === undefined || last < key)) this.#sorted.push(key);
    else this.#added.push(key);
  }

  delete(key: string): void {
    const keys = this.all();
    const place = this.placeOf(key);
    if (keys[place] === key) this.#sorted.splice(place, 1);
  }

  all(): readonly string[] {
    const added = this.#added;
    if (added.length === 0) return this.#sorted;
    this.#added = [];
    if (added.length > INSERTED_MAX) this.#sorted = [...this.#sorted, ...added].sort(byCode);
    else for (const key of added) this.#sorted.splice(this.placeOf(key), 0, key);
    return this.#sorted;
  }

  /** Where `key` is among `all()`, or would be. */
  placeOf(key: string): number {
    const keys = this.all();
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
