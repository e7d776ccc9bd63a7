import type { Invariant, LoggedEvent } from './evidence.ts';
import { targetOf } from './machine-views.ts';

/** What is known of one target since it was wanted last. */
interface Wanted {
  /** Answers of its controller till then. */
  readonly answersBefore: number;
  /** What the last push since then holds for it. */
  content: () => string | undefined;
  /** Its request was refused, or it was given up: nobody waits for an answer any more. */
  isGivenUp: boolean;
}

const NONE = (): undefined => undefined;

export const honestAnswers: Invariant = {
  name: 'honest-answers',
  promise:
    'A target is called reconciled only after its controller has answered or run since it was wanted; one that was given up, once it has what is wanted.',
  begin() {
    const answered = new Set<string>();
    const answers = new Map<string, { readonly count: number; readonly content: string }>();
    const wanted = new Map<string, Wanted>();
    /** By target and digest: what was pushed for a target alone. */
    const closures = new Map<string, string>();
    /** Answers till the session gave the target another source, which it runs for; until it is called reconciled. */
    const answersAtMove = new Map<string, number>();

    function isHonest(id: string, token: string | undefined): boolean {
      const last = answers.get(id);
      const { answersBefore = 0, content = NONE, isGivenUp = false } = wanted.get(id) ?? {};
      const count = last?.count ?? 0;
      if (answered.has(`${id} ${token}`) || count > answersBefore) return true;
      if (count > (answersAtMove.get(id) ?? count)) return true;
      return isGivenUp && last !== undefined && last.content === content();
    }

    function giveUp(event: LoggedEvent): void {
      const isRefused = event.type === 'RequestFailed';
      if (!isRefused && (event.type !== 'TargetSettled' || event.outcome !== 'failed')) return;
      const one = wanted.get(isRefused ? event.machine.slice('target/'.length) : String(event.target));
      if (one !== undefined) one.isGivenUp = true;
    }

    function take(event: LoggedEvent): void {
      const id = event.machine.slice('target/'.length);
      if (event.type === 'ReconcileWanted') {
        // What was pushed for it alone before is not pushed again.
        const content = (): string | undefined => closures.get(`${id} ${event.digest}`);
        wanted.set(id, { answersBefore: answers.get(id)?.count ?? 0, content, isGivenUp: false });
      }
      giveUp(event);
    }

    return (evidence) => {
      switch (evidence.type) {
        case 'answered': {
          const { target, token, content } = evidence;
          answered.add(`${target} ${token}`);
          answers.set(target, { count: (answers.get(target)?.count ?? 0) + 1, content });
          return undefined;
        }
        case 'pushed':
          for (const [id, one] of wanted) one.content = () => evidence.contentFor(id);
          return undefined;
        case 'moved': {
          const count = answers.get(evidence.target)?.count ?? 0;
          if (evidence.by === 'session') answersAtMove.set(evidence.target, count);
          return undefined;
        }
        case 'closure-pushed': {
          const { target, digest, content } = evidence;
          if (content !== undefined) closures.set(`${target} ${digest}`, content);
          return undefined;
        }
        case 'committed':
          for (const event of evidence.events) {
            giveUp(event);
            if (event.type !== 'TargetSettled' || event.outcome !== 'ready') continue;
            const id = String(event.target);
            const machine = evidence.state.machines.get(`target/${id}`);
            if (!isHonest(id, machine === undefined ? undefined : targetOf(machine).token))
              return `${id} is called Ready, and its controller has not run since it was wanted`;
            answersAtMove.delete(id);
          }
          // After the answers: one that is logged beside a newer want is about the older one.
          for (const event of evidence.events) take(event);
          return undefined;
        default:
          return undefined;
      }
    };
  },
};
