import type { Invariant, LoggedEvent } from './evidence.ts';

function isIn(paths: readonly string[], looked: LoggedEvent): boolean {
  const batch = looked.params as { readonly paths: readonly string[]; readonly rescan: boolean };
  return batch.rescan || paths.every((path) => batch.paths.includes(path));
}

export const nothingDropped: Invariant = {
  name: 'nothing-dropped',
  promise:
    'Every path that was seen changed is in the next look at the files, and again in the one after a failed look.',
  begin() {
    let owed = new Set<string>();
    let isAllOwed = false;
    let taken: readonly string[] = [];
    let isAllTaken = false;

    function owe(paths: readonly string[], isAll: boolean): void {
      for (const path of paths) owed.add(path);
      isAllOwed ||= isAll;
    }

    function look({
      paths,
      rescan,
    }: {
      readonly paths: readonly string[];
      readonly rescan: boolean;
    }): string | undefined {
      const isWhole = rescan === true;
      const missing = isWhole ? undefined : [...owed].find((path) => !paths.includes(path));
      const isPartial = isAllOwed && !isWhole;
      taken = [...owed];
      isAllTaken = isAllOwed;
      owed = new Set();
      isAllOwed = false;
      if (missing !== undefined) return `${missing} was seen changed, and is not looked at`;
      return isPartial ? 'everything was to be looked at, and is not' : undefined;
    }

    function take(event: LoggedEvent, looked?: LoggedEvent): string | undefined {
      switch (event.type) {
        case 'FilesChanged':
          if (looked !== undefined && isIn(event.paths as readonly string[], looked)) return undefined;
          owe(event.paths as readonly string[], event.rescan === true);
          return undefined;
        case 'EffectRequested':
          return event.effect === 'resolveTargets' ? look(event.params as Parameters<typeof look>[0]) : undefined;
        case 'StepFailed':
          if (event.step === 'resolve') owe(taken, isAllTaken);
          return undefined;
        case 'EffectOutcomeUnknown':
          if (event.effect === 'resolveTargets') owe(taken, isAllTaken);
          return undefined;
        default:
          return undefined;
      }
    }

    return (evidence) => {
      // Another log: what the other one holds is looked at when it is taken up again.
      if (evidence.type === 'cluster-changed') {
        owed = new Set();
        isAllOwed = false;
      }
      if (evidence.type !== 'committed') return undefined;
      const events = evidence.events.filter(({ machine }) => machine === 'watch');
      // Intents are logged at the end of a batch: a change beside them may have come before the decision or after it.
      const looked = events.findLast(({ type, effect }) => type === 'EffectRequested' && effect === 'resolveTargets');
      const problem = looked === undefined ? undefined : take(looked);
      for (const event of events) if (event.type !== 'EffectRequested') take(event, looked);
      return problem;
    };
  },
};
