import { describe, expect, it } from 'vitest';
import type { ObjectId } from '../../src/domain/target.ts';
import { RunRig } from '../support/run-rig.ts';
import { seededRandom } from '../support/seeded-random.ts';

const RUN_MS = 300;
const WORKERS = 8;
const LEVELS = 5;
const A_LEVEL = 40;
const REQUEUE_MS = 30_000;

/** kustomize-controller's queue: a few workers, each object by one of them, one that waits for a dependency looks again after 30 s. */
class Workers {
  readonly #rig: RunRig;
  readonly #dependsOn: Readonly<Record<ObjectId, readonly ObjectId[]>>;
  readonly #queue = new Set<ObjectId>();
  readonly #ready = new Set<ObjectId>();
  #free = WORKERS;
  runs = 0;

  constructor(rig: RunRig, dependsOn: Readonly<Record<ObjectId, readonly ObjectId[]>>) {
    this.#rig = rig;
    this.#dependsOn = dependsOn;
  }

  enqueue(id: ObjectId): void {
    this.#queue.add(id);
    this.#rig.clock.schedule(() => this.#work(), 1);
  }

  #work(): void {
    for (const id of this.#queue) {
      if (this.#free === 0) return;
      this.#queue.delete(id);
      if (!(this.#dependsOn[id] ?? []).every((other) => this.#ready.has(other))) {
        this.#rig.clock.schedule(() => this.enqueue(id), REQUEUE_MS);
        continue;
      }
      this.#free -= 1;
      this.runs += 1;
      this.#rig.clock.schedule(() => {
        this.#free += 1;
        this.#ready.add(id);
        this.#rig.observe(id);
        this.#work();
      }, RUN_MS);
    }
  }
}

/** Each of a level depends on two of the level before. */
function levels(): Record<ObjectId, readonly ObjectId[]> {
  const random = seededRandom(7);
  const dependsOn: Record<ObjectId, readonly ObjectId[]> = {};
  for (let level = 0; level < LEVELS; level += 1) {
    for (let index = 0; index < A_LEVEL; index += 1) {
      const pick = (): string => `l${level - 1}-${Math.floor(random() * A_LEVEL)}`;
      dependsOn[`l${level}-${index}`] = level === 0 ? [] : [...new Set([pick(), pick()])];
    }
  }
  return dependsOn;
}

describe('a run of 200 Kustomizations in five levels, 300 ms each, on 8 workers', () => {
  it('takes at most a tenth longer than the workers need, and asks each once', () => {
    const rig = new RunRig();
    const dependsOn = levels();
    const workers = new Workers(rig, dependsOn);
    rig.askOutcome = (id) => {
      workers.enqueue(id);
      return { type: 'RequestAccepted' };
    };
    rig.start(dependsOn);
    rig.sourceFetches();
    while (rig.state === 'reconciling' && rig.nowMs < 60_000) rig.clock.advance(1);
    expect(rig.state).toBe('succeeded');
    const work = (LEVELS * A_LEVEL * RUN_MS) / WORKERS;
    const criticalPath = LEVELS * RUN_MS;
    expect(rig.nowMs).toBeLessThanOrEqual(1.1 * Math.max(work, criticalPath));
    expect(workers.runs).toBe(LEVELS * A_LEVEL);
    expect(new Set(rig.asked.map(({ id }) => id)).size).toBe(rig.asked.length);
  });
});
