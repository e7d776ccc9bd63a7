import type { Invariant } from './evidence.ts';
import { targetOf } from './machine-views.ts';

export const honestAnswers: Invariant = {
  name: 'honest-answers',
  promise:
    'A target is called reconciled only after its controller has answered since it was asked, or applied what is wanted.',
  begin() {
    const answered = new Set<string>();
    const applied = new Map<string, number>();
    /** Answers each target had when it was wanted last. */
    const wantedAt = new Map<string, number>();
    return (evidence) => {
      switch (evidence.type) {
        case 'answered':
          answered.add(`${evidence.target} ${evidence.token}`);
          applied.set(evidence.target, (applied.get(evidence.target) ?? 0) + 1);
          return undefined;
        case 'committed':
          for (const event of evidence.events) {
            if (event.type !== 'TargetSettled' || event.outcome !== 'ready') continue;
            const id = String(event.target);
            const machine = evidence.state.machines.get(`target/${id}`);
            const token = machine === undefined ? undefined : targetOf(machine).token;
            const isAnswered = answered.has(`${id} ${token}`);
            const hasRun = (applied.get(id) ?? 0) > (wantedAt.get(`target/${id}`) ?? 0);
            if (!isAnswered && !hasRun)
              return `${id} is called Ready, and its controller has not run since it was wanted`;
          }
          // After the answers: one that is logged beside a newer want is about the older one.
          for (const { type, machine } of evidence.events) {
            if (type === 'ReconcileWanted') wantedAt.set(machine, applied.get(machine.slice('target/'.length)) ?? 0);
          }
          return undefined;
        default:
          return undefined;
      }
    };
  },
};
