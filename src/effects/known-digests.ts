import type { AnyMachineSnapshot } from 'xstate';
import { OWED } from '../domain/resolution.ts';
import type { ObjectId } from '../domain/target.ts';
import { stateName } from '../machines/state-name.ts';
import type { TargetContext } from '../machines/target-context.ts';
import { knownDigest, wasNeverAsked } from '../machines/target-rules.ts';

/** What each target has, or is about to get. `isSave`: what was given up before it was ever asked for is owed again. */
export function knownDigests(
  machines: ReadonlyMap<string, AnyMachineSnapshot>,
  isSave: boolean,
): Record<ObjectId, string | undefined> {
  const known: Record<ObjectId, string | undefined> = {};
  for (const [machine, snapshot] of machines) {
    if (!machine.startsWith('target/')) continue;
    const context = snapshot.context as TargetContext;
    const state = stateName(snapshot);
    known[context.id] = isSave && wasNeverAsked(state, context) ? OWED : knownDigest(state, context);
  }
  return known;
}
