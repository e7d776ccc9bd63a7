import type { Invariant, PendingView } from './evidence.ts';

/** Effects that change something outside. A look, or a second one, does no harm. */
const DEEDS: ReadonlySet<unknown> = new Set([
  ...['pushArtifact', 'askSource', 'askGenerators', 'askTarget', 'runHooks'],
  ...['pushClosure', 'createSource', 'switchTarget', 'moveSource', 'returnTarget', 'dropSource'],
]);

export const lookBeforeDeciding: Invariant = {
  name: 'look-before-deciding',
  promise: 'After a crash an effect of unknown outcome is observed before anything is decided about it again.',
  begin() {
    let unknown = new Map<number, PendingView>();
    let hasLooked = false;
    return (evidence) => {
      if (evidence.type === 'restarted') {
        hasLooked = false;
        unknown = new Map([...evidence.state.pending].filter(([, { effect }]) => DEEDS.has(effect)));
        return undefined;
      }
      if (evidence.type === 'observed') hasLooked = true;
      if (evidence.type !== 'committed' || unknown.size === 0) return undefined;
      for (const event of evidence.events) {
        if (event.type === 'EffectOutcomeUnknown' && !hasLooked && unknown.has(Number(event.effectId)))
          return `what became of ${event.effect} of ${event.machine} is decided before anybody has looked`;
        if (typeof event.effectId === 'number') unknown.delete(event.effectId);
        if (event.type !== 'EffectRequested' || !DEEDS.has(event.effect)) continue;
        const open = [...unknown.values()].find(
          ({ owner, effect }) => owner === event.machine && effect === event.effect,
        );
        if (open !== undefined)
          return `${open.effect} of ${open.owner} is done again, and nobody knows how effect ${open.id} ended`;
      }
      return undefined;
    };
  },
};
