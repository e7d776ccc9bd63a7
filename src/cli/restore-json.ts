import type { FoundSession } from '../domain/isolation/found-isolations.ts';
import { isIsolated } from '../domain/isolation/session-marks.ts';
import type { Fields } from '../domain/object-fields.ts';
import { withoutCredentials } from '../domain/without-credentials.ts';
import type { RestorePlan } from './restore-text.ts';

/** The plan as `--json` prints it, on one line; the report is a second line. */
export function planJson({ chosen, others, stray, deletions }: RestorePlan): unknown {
  return {
    type: 'plan',
    sessions: [
      ...chosen.map((session) => sessionJson(session, true)),
      ...others.map((session) => sessionJson(session, false)),
    ],
    unclear: stray.map(({ id, isolation }) => ({
      target: id,
      problem: isIsolated(isolation) ? '' : isolation.damaged,
    })),
    deletions: deletions.filter(({ certainty }) => certainty !== 'none'),
  };
}

function sessionJson({ session, state, because, facts, targets, sources }: FoundSession, chosen: boolean): unknown {
  return {
    session,
    chosen,
    state,
    because,
    holder: facts?.holder ?? null,
    source: facts?.source ?? null,
    targets: targets.map(({ id, isolation }) =>
      isIsolated(isolation)
        ? { target: id, reads: isolation.ownSource, before: shown(isolation.originalSourceRef) }
        : { target: id, problem: isolation.damaged },
    ),
    sources: sources.map(({ id }) => id),
  };
}

/** A URL in it may have a user and password. */
function shown(sourceRef: Fields): Fields {
  return Object.fromEntries(
    Object.entries(sourceRef).map(([key, value]) => [
      key,
      typeof value === 'string' ? withoutCredentials(value) : value,
    ]),
  );
}
