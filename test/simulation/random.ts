/** The one source of chance of a run: the same seed gives the same numbers, always. */
export class Random {
  #state: number;

  constructor(seed: number) {
    // Neighbouring seeds would begin with similar numbers otherwise.
    this.#state = scrambled(seed ^ 0x9e3779b9);
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    return scrambled(this.#state) / 2 ** 32;
  }

  /** A whole number from 0 to `count - 1`. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** One of them, each as often as its weight says. */
  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T | undefined {
    let total = 0;
    for (const [weight] of choices) total += weight;
    let left = this.next() * total;
    for (const [weight, choice] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    return choices.at(-1)?.[1];
  }
}

/** In [0, 1), from what is given and nothing else: for those who ask for chance where no step decides, like the length of a watch. */
export function noise(...parts: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) hash = scrambled(hash ^ (part | 0) ^ Math.floor(part / 2 ** 32));
  return hash / 2 ** 32;
}

function scrambled(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
