import type { Evidence, Invariant, LoggedEvent, StatusLine, TargetTruth } from './evidence.ts';
import { nameOf, targetOf } from './machine-views.ts';

export const convergence: Invariant = {
  name: 'convergence',
  promise:
    'Once the world is healthy and quiet, every target has what lies on disk, or is given up and the status says so; after a retry every one has it.',
  begin() {
    /** Those that were asked for what they were wanted for last. */
    const asked = new Set<string>();
    /** Those that ran since they were wanted last. */
    const ran = new Set<string>();
    return (evidence) => {
      if (evidence.type === 'cluster-changed') asked.clear();
      if (evidence.type === 'committed') for (const event of evidence.events) noteWanted(event, asked, ran);
      if (evidence.type === 'applied' || evidence.type === 'answered') ran.add(evidence.target);
      if (evidence.type !== 'at-rest' || evidence.stage === 'slow') return undefined;
      const lines = new Map(evidence.status.map((line) => [line.id, line]));
      for (const target of evidence.targets) {
        const line = lines.get(target.id);
        const since = { asked: asked.has(target.id), ran: ran.has(target.id) };
        if (isThere(target) && line?.state === 'settled') continue;
        const isHealed = evidence.stage === 'healed';
        if (isHealed && line !== undefined && isGivenUp(target, line, since, evidence)) continue;
        const where = isThere(target) ? 'has what is on disk' : 'has not what is on disk';
        return `${target.id} ${where}, and its state is ${line?.state ?? 'unknown'} (${line?.said ?? ''}) once ${evidence.stage}`;
      }
      return undefined;
    };
  },
};

function noteWanted({ machine, type, effect }: LoggedEvent, asked: Set<string>, ran: Set<string>): void {
  if (type === 'ReconcileWanted') for (const since of [asked, ran]) since.delete(nameOf(machine));
  if (type === 'EffectRequested' && effect === 'askTarget') asked.add(nameOf(machine));
}

/**
 * Said, and true: a dead letter that is Ready at a revision it waited for is none (unless its time ran out, or its request was refused: then a Ready
 * from before is no answer), and nobody waits for a dependency that is well.
 */
function isGivenUp(target: TargetTruth, { state, said }: StatusLine, since: Since, evidence: AtRest): boolean {
  const machine = evidence.state.machines.get(`target/${target.id}`);
  if (machine === undefined) return false;
  const { reads, dependsOn, revisions: awaited } = targetOf(machine);
  if (said === '') return false;
  if (state === 'held') return dependsOn.some(({ id }) => isWaitedFor(id, evidence));
  if (state !== 'dead-letter') return false;
  // Whose hook or push failed has it from a later push. Which revision of a composed artifact came of that cannot be told for sure: it stays given up
  // until it is asked. An answer to a request counts as everybody's does.
  if (reads.startsWith('ExternalArtifact/') && !since.asked) return true;
  if (since.asked && !since.ran) return true;
  return said.startsWith('Timeout') || target.revision === undefined || !awaited.includes(target.revision);
}

/** Given up itself, or held like those who wait for it. */
function isWaitedFor(dependency: string, { status }: AtRest): boolean {
  return status.some(({ id, state }) => id === dependency && (state === 'dead-letter' || state === 'held'));
}

/** What became of a target since it was wanted last. */
interface Since {
  readonly asked: boolean;
  readonly ran: boolean;
}

type AtRest = Extract<Evidence, { readonly type: 'at-rest' }>;

export function isThere({ onDisk, applied }: TargetTruth): boolean {
  return onDisk.kind === 'made' && onDisk.content === applied;
}
