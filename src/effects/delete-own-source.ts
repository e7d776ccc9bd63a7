import type { FoundSource } from '../domain/isolation/found-isolations.ts';
import type { SourceRestored } from '../domain/isolation/restore-report.ts';
import { sessionSourceMarks } from '../domain/isolation/session-source.ts';
import type { ObjectId } from '../domain/target.ts';
import { deleted, type RestoreContext, whileItChanges } from './restore-context.ts';

type Outcome = Omit<SourceRestored, 'source' | 'session'>;

/** Deletes the source that a session made for one target, unless something reads it. `readers`: as they are after targets were restored. */
export async function deleteOwnSource(
  context: RestoreContext,
  found: FoundSource,
  readers: readonly ObjectId[],
): Promise<SourceRestored> {
  const { id, session, target } = found;
  const outcome: Outcome = readers.includes(target)
    ? { outcome: 'kept' }
    : readers.length > 0
      ? { outcome: 'in-use', readers }
      : await outcomeOf(context, found);
  return { source: id, session, ...outcome };
}

async function outcomeOf(context: RestoreContext, { id, object: found }: FoundSource): Promise<Outcome> {
  const came = await whileItChanges(context, id, found, async (object) => {
    const marks = sessionSourceMarks(object);
    if (marks === undefined || !context.sessions.has(marks.session)) return 'taken-over';
    // A finalizer is still to be taken off: whoever owns it does.
    if (object.metadata.deletionTimestamp !== undefined) return 'deleted';
    const sent = await deleted(context, id, object);
    return sent === 'done' ? 'deleted' : sent;
  });
  return typeof came === 'string' ? { outcome: came } : { outcome: 'failed', ...came };
}
