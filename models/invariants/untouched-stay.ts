import type { Invariant } from './evidence.ts';

/** Rules that ask for more than what changed. */
const RULES_THAT_SAY_WHY: ReadonlySet<unknown> = new Set(['full', 'nearest-owner', 'follower', 'chart']);

/** Nobody knows what it has any more, or somebody wants it. */
const REASONS: ReadonlySet<string> = new Set([
  'IsolationLost',
  'RetryRequested',
  'EffectOutcomeUnknown',
  'TargetHeld',
  'TargetSuspended',
]);

export const untouchedStay: Invariant = {
  name: 'untouched-stay',
  promise:
    'A session gives no target a source of its own of which no file ever changed and which the log does not want for another reason.',
  begin() {
    const wanted = new Set<string>();
    return (evidence) => {
      if (evidence.type === 'redefined') wanted.add(evidence.target);
      if (evidence.type === 'committed') {
        for (const event of evidence.events) {
          const isSaid = event.type === 'ReconcileWanted' && RULES_THAT_SAY_WHY.has(event.rule);
          if (isSaid || REASONS.has(event.type)) wanted.add(event.machine.slice('target/'.length));
        }
      }
      if (evidence.type !== 'moved' || evidence.by !== 'session' || evidence.to !== 'own') return undefined;
      if (evidence.isTouched || wanted.has(evidence.target)) return undefined;
      return `${evidence.target} was given a source of its own, and nothing of it was touched`;
    };
  },
};
