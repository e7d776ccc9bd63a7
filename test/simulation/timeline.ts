import type { Evidence, LoggedEvent } from '../../models/invariants/evidence.ts';
import { stateOf } from '../../models/invariants/machine-views.ts';
import { runSchedule } from './run-schedule.ts';
import type { Schedule } from './run-schedules.ts';
import type { Step } from './step.ts';

/** Fields that every event has, or that say little in a line. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'seq',
  'at',
  'v',
  'machine',
  'type',
  'limits',
  'decisions',
  'decided',
  'bystanders',
]);
const LINE_CHARACTERS_MAX = 320;

/** What happened, line by line: each step, and beneath it what came of it. */
export async function timeline(
  schedule: Pick<Schedule, 'seed' | 'isolate'>,
  steps: readonly Step[],
): Promise<string[]> {
  const lines: string[] = [];
  let began: number | undefined;
  await runSchedule({
    ...schedule,
    steps,
    onViolation: ({ invariant, message }) => lines.push(`VIOLATED ${invariant}: ${message}`),
    onStep: (step, index) => lines.push(`${index + 1}. ${JSON.stringify(step)}`),
    onEvidence: (evidence) => {
      if (evidence.type === 'committed') began ??= evidence.events[0]?.at;
      lines.push(...linesOf(evidence, began ?? 0).map((line) => `     ${line.slice(0, LINE_CHARACTERS_MAX)}`));
    },
  });
  return lines;
}

function linesOf(evidence: Evidence, began: number): string[] {
  switch (evidence.type) {
    case 'committed':
      return evidence.events.map((event) => {
        const machine = evidence.state.machines.get(event.machine);
        return `${eventLine(event, began)}${machine === undefined ? '' : ` → ${stateOf(machine)}`}`;
      });
    case 'applied':
      return [`** applied ${evidence.target} at version ${evidence.artifact.version}`];
    case 'answered':
      return [`** answered ${evidence.target} ${evidence.token}`];
    case 'asked':
      return [`** asked ${evidence.target} ${evidence.token}`];
    case 'pushed':
      return [`** pushed ${evidence.files.size} files`];
    case 'closure-pushed':
      return [`** pushed what ${evidence.target} reads`];
    case 'moved':
      return [`** ${evidence.target} reads its ${evidence.to} source, by ${evidence.by}`];
    case 'left':
      return ['** the last session has left, and all was restored'];
    case 'restarted':
      return ['** a process took up work'];
    case 'resolved':
      return ['** the mapping looks'];
    case 'at-rest':
      return [
        `** at rest (${evidence.stage}) after ${evidence.elapsedMs} ms: ${evidence.status.map(({ id, state, said }) => `${id} ${state} ${said}`).join('; ')}`,
      ];
    default:
      return evidence.type === 'cluster-changed' ? ['** another cluster'] : [];
  }
}

function eventLine(event: LoggedEvent, began: number): string {
  const fields = Object.entries(event).filter(([name, value]) => !LEFT_OUT.has(name) && value !== undefined);
  const said = fields.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(' ');
  return `${((event.at - began) / 1_000).toFixed(3)}s #${event.seq} ${event.machine.replace('Kustomization/flux-system/', '')} ${event.type} ${said}`;
}
