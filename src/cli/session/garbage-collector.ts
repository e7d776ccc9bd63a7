import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export type CollectGarbage = (options: {
  readonly type: 'major';
  readonly execution: 'sync';
  /** `last-resort` gives memory back to the system too, and takes several times as long. */
  readonly flavor?: 'last-resort';
}) => void;

/** V8's own collector, which a program may call although it was not started with --expose-gc. */
export function garbageCollector(): CollectGarbage {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as CollectGarbage;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
