import { FIELD_MANAGER } from '../cluster/client.ts';
import { jsonPatch } from '../cluster/json-patch.ts';
import { isAtRest } from '../domain/isolation/at-rest.ts';
import type { FoundTarget } from '../domain/isolation/found-isolations.ts';
import type { TargetRestored } from '../domain/isolation/restore-report.ts';
import { isIsolated, originalSourceOf, sessionIsolation } from '../domain/isolation/session-marks.ts';
import { disowningPatch, type JsonPatch, restoringPatch } from '../domain/isolation/session-patches.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import type { ObjectId } from '../domain/target.ts';
import { lookedAt, type RestoreContext, referenceTo, tried, whileItChanges } from './restore-context.ts';

const REST_LOOK_EVERY_MS = 50;

type Outcome = Omit<TargetRestored, 'target' | 'session'>;

/** Points one target back at its source. Acts only on what it saw: where the target changes meanwhile it looks again. */
export async function restoreTarget(context: RestoreContext, found: FoundTarget): Promise<TargetRestored> {
  const { id, isolation } = found;
  const outcome = context.keep.has(id) ? { outcome: 'kept' as const } : await outcomeOf(context, found);
  return { target: id, session: isolation.session, ...outcome };
}

async function outcomeOf(context: RestoreContext, { id, object: found }: FoundTarget): Promise<Outcome> {
  const came = await whileItChanges(context, id, await rested(context, id, found), async (object) => {
    const { patch, outcome } = decided(context, object);
    if (patch.length === 0) return outcome;
    let restored = object;
    const sent = await tried(context, async () => {
      restored = await jsonPatch(context.client, referenceTo(context, id), patch);
    });
    if (sent !== 'done') return sent;
    await disowned(context, id, restored);
    return outcome;
  });
  if (came === 'gone') return { outcome: 'gone' };
  return 'outcome' in came ? came : { outcome: 'failed', ...came };
}

/** The target is back: whether the API server goes on naming us in `managedFields` changes nothing about that. */
async function disowned(context: RestoreContext, id: ObjectId, object: KubeObject): Promise<void> {
  const patch = disowningPatch(object, FIELD_MANAGER);
  if (patch.length > 0) await tried(context, () => jsonPatch(context.client, referenceTo(context, id), patch));
}

/** The object once Flux is through with it, or when it has had its time. */
async function rested(context: RestoreContext, id: ObjectId, found: KubeObject): Promise<KubeObject> {
  const { clock, restUntilMs } = context;
  let object = found;
  while (!isAtRest(object) && clock.now() < restUntilMs) {
    await new Promise<void>((resolve) => clock.schedule(resolve, REST_LOOK_EVERY_MS));
    const seen = await lookedAt(context, id);
    // What is wrong shows again, and is told, when it is patched.
    if (seen === 'gone' || 'failure' in seen) return object;
    object = seen.object;
  }
  return object;
}

/** What to send, and what came of it when it was taken. */
function decided(
  { sessions, forget }: RestoreContext,
  object: KubeObject,
): { readonly patch: JsonPatch; readonly outcome: Outcome } {
  const isolation = sessionIsolation(object);
  // Another restore was faster.
  if (isolation === undefined) return { patch: [], outcome: { outcome: 'restored' } };
  if (isolation.session !== undefined && !sessions.has(isolation.session)) {
    return { patch: [], outcome: { outcome: 'taken-over', message: `session ${isolation.session} has it now` } };
  }
  const patch = restoringPatch(object, { forget });
  if (isIsolated(isolation)) {
    const source = originalSourceOf(isolation, object.metadata.namespace ?? 'default');
    return { patch, outcome: { outcome: 'restored', source } };
  }
  const { why, damaged } = isolation;
  if (why === 'put-back') return { patch, outcome: { outcome: 'tidied', message: damaged } };
  if (patch.length > 0) return { patch, outcome: { outcome: 'forgotten', message: damaged } };
  return { patch, outcome: { outcome: why, message: damaged } };
}
