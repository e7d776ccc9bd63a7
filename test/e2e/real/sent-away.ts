import type { PrintedEvent } from '../watch-process.ts';

const nameOf = (machine: string): string => machine.split('/').at(-1) ?? '';

/**
 * The requests among `events` that were made since Flux had sent the target away after the one before: what it depends on, asked while it was at work, ran once
 * more at that very moment. Whether that comes to pass is a matter of milliseconds in the controller. And those whose answer was overdue after an outage: how soon
 * Flux finds the API server again is a matter of chance.
 */
export function askedAgain(events: readonly PrintedEvent[]): readonly PrintedEvent[] {
  const asked = new Set<string>();
  const away = new Set<string>();
  return events.filter(({ machine, type, effect, observation }) => {
    if (type === 'TargetObserved') {
      const { reason } = observation as { readonly reason?: string };
      if (reason === 'DependencyNotReady' && asked.has(machine)) away.add(machine);
      return false;
    }
    if (type === 'AnswerOverdue') away.add(machine);
    if (type !== 'EffectRequested' || effect !== 'askTarget') return false;
    const isAgain = away.delete(machine);
    asked.add(machine);
    return isAgain;
  });
}

/** `patches`, in order, without those requests. */
export function withoutAskedAgain(patches: readonly string[], events: readonly PrintedEvent[]): readonly string[] {
  const kept = [...patches];
  for (const { machine } of askedAgain(events)) {
    const last = kept.lastIndexOf(nameOf(machine));
    if (last >= 0) kept.splice(last, 1);
  }
  return kept;
}
