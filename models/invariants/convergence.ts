import type { Evidence, Invariant, StatusLine, TargetTruth } from './evidence.ts';
import { targetOf } from './machine-views.ts';

export const convergence: Invariant = {
  name: 'convergence',
  promise:
    'Once the world is healthy and quiet, every target has what lies on disk, or is given up and the status says so; after a retry every one has it.',
  begin: () => (evidence) => {
    if (evidence.type !== 'at-rest' || evidence.stage === 'slow') return undefined;
    const lines = new Map(evidence.status.map((line) => [line.id, line]));
    for (const target of evidence.targets) {
      const line = lines.get(target.id);
      if (isThere(target) && line?.state === 'settled') continue;
      if (evidence.stage === 'healed' && line !== undefined && isGivenUp(target, line, evidence)) continue;
      const where = isThere(target) ? 'has what is on disk' : 'has not what is on disk';
      return `${target.id} ${where}, and its state is ${line?.state ?? 'unknown'} (${line?.said ?? ''}) once ${evidence.stage}`;
    }
    return undefined;
  },
};

/**
 * Said, and true: a dead letter that is Ready at a revision it waited for is none (unless its time ran out: then a Ready from before is no
 * answer), and nobody waits for a dependency that is well.
 */
function isGivenUp(target: TargetTruth, { state, said }: StatusLine, evidence: AtRest): boolean {
  const machine = evidence.state.machines.get(`target/${target.id}`);
  if (machine === undefined) return false;
  const { reads, dependsOn, revisions: awaited } = targetOf(machine);
  if (said === '') return false;
  if (state === 'held') return dependsOn.some(({ id }) => isWaitedFor(id, evidence));
  if (state !== 'dead-letter') return false;
  // Which revision of a composed artifact holds what is wanted cannot be told for sure: it stays given up until it is asked again.
  if (reads.startsWith('ExternalArtifact/')) return true;
  return said.startsWith('Timeout') || target.revision === undefined || !awaited.includes(target.revision);
}

/** Given up itself, or held like those who wait for it. */
function isWaitedFor(dependency: string, { status }: AtRest): boolean {
  return status.some(({ id, state }) => id === dependency && (state === 'dead-letter' || state === 'held'));
}

type AtRest = Extract<Evidence, { readonly type: 'at-rest' }>;

export function isThere({ onDisk, applied }: TargetTruth): boolean {
  return onDisk.kind === 'made' && onDisk.content === applied;
}
