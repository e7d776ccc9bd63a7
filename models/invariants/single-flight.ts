import type { Invariant } from './evidence.ts';

const ONE_AT_A_TIME: ReadonlySet<unknown> = new Set([
  'askTarget',
  'pushArtifact',
  'runHooks',
  'askSource',
  'resolveTargets',
  'pushClosure',
  'switchTarget',
]);

export const singleFlight: Invariant = {
  name: 'single-flight',
  promise: 'At most one request of a target, one push of a source and one look at the files are under way.',
  begin: ({ targetWaitMs }) => {
    const begunAt = new Map<number, number>();
    return (evidence) => {
      if (evidence.type !== 'committed') return undefined;
      for (const event of evidence.events) {
        if (event.type !== 'EffectRequested' || !ONE_AT_A_TIME.has(event.effect)) continue;
        begunAt.set(event.seq, event.at);
        const underWay = [...evidence.state.pending.values()].filter(
          // One that hung on until its target was given up is over, whatever becomes of it.
          ({ id, owner, effect }) =>
            owner === event.machine &&
            effect === event.effect &&
            event.at - (begunAt.get(id) ?? event.at) < targetWaitMs,
        );
        if (underWay.length > 1) return `${event.effect} of ${event.machine} is under way ${underWay.length} times`;
      }
      return undefined;
    };
  },
};
