import type { FoundIsolations, FoundSession } from '../domain/isolation/found-isolations.ts';
import { UsageError } from './errors.ts';
import type { RestoreCommandOptions } from './restore-options.ts';

/** The sessions that a restore is about, and those that it leaves alone. Throws UsageError for a session that is not there, or lives. */
export function chosenSessions(
  { sessions }: Pick<FoundIsolations, 'sessions'>,
  options: Pick<RestoreCommandOptions, 'sessions' | 'force'>,
): { readonly chosen: readonly FoundSession[]; readonly others: readonly FoundSession[] } {
  const chosen =
    options.sessions.length === 0
      ? sessions.filter(({ state }) => state === 'dead')
      : options.sessions.map((name) => named(sessions, name, options.force));
  const names = new Set(chosen.map(({ session }) => session));
  return { chosen: [...new Set(chosen)], others: sessions.filter(({ session }) => !names.has(session)) };
}

function named(sessions: readonly FoundSession[], name: string, force: boolean): FoundSession {
  const found = sessions.filter(({ session }) => session === name || session.endsWith(`/${name}`));
  const [only] = found;
  if (only === undefined) {
    const known = sessions.map(({ session }) => session).join(', ');
    throw new UsageError(
      `no session ${name} left anything in this cluster`,
      known === '' ? 'no session did' : `sessions are ${known}`,
    );
  }
  if (found.length > 1) {
    const names = found.map(({ session }) => session).join(', ');
    throw new UsageError(`${name} names ${found.length} sessions: ${names}`, 'give NAMESPACE/NAME');
  }
  if (only.state !== 'dead' && !force) {
    throw new UsageError(
      `session ${only.session} is ${only.state === 'live' ? 'live' : 'perhaps live'}: ${only.because}${by(only)}`,
      'end it with Ctrl-C where it runs; where that cannot be done, add --force',
    );
  }
  return only;
}

function by({ facts }: FoundSession): string {
  return facts?.holder === undefined ? '' : `, by ${facts.holder}`;
}
