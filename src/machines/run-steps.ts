import type { RunContext, RunEvent, RunSource, RunTarget } from './run-context.ts';
import { isDue } from './run-rules.ts';

type Started = Extract<RunEvent, { readonly type: 'RunStarted' }>;

/** The context of a run that begins now. What cannot end well is settled from the start. */
export function plannedRun({ sources, targets, recoveries, at }: Started): Partial<RunContext> {
  const revisions: Record<string, string> = {};
  for (const { via, reads, revision } of targets) {
    if (via === undefined && revision !== undefined) revisions[reads] = revision;
  }
  return {
    startedAt: at,
    cycle: 1,
    revisions,
    recovering: Object.fromEntries(recoveries.map(({ release }) => [release, true as const])),
    sources: Object.fromEntries(sources.map(({ id, generators }) => [id, { ...FIRST_ATTEMPT, generators }])),
    targets: Object.fromEntries(
      targets.map(({ id, problem, revision: _, ...planned }) => [
        id,
        {
          ...FIRST_ATTEMPT,
          ...planned,
          elapsedMs: 0,
          ...(problem === undefined
            ? {}
            : { ...problem, phase: problem.reason === 'Suspended' ? 'suspended' : 'failed' }),
        } satisfies RunTarget,
      ]),
    ),
  };
}

const FIRST_ATTEMPT = { phase: 'waiting', attempt: 1, dueAt: 0, reason: '', message: '' } as const;

export function withSource(context: RunContext, id: string, fields: Partial<RunSource>): Pick<RunContext, 'sources'> {
  const source = context.sources[id];
  return { sources: source === undefined ? context.sources : { ...context.sources, [id]: { ...source, ...fields } } };
}

export function withTarget(context: RunContext, id: string, fields: Partial<RunTarget>): Pick<RunContext, 'targets'> {
  const target = context.targets[id];
  return { targets: target === undefined ? context.targets : { ...context.targets, [id]: { ...target, ...fields } } };
}

/** The attempts that are due have begun. */
export function withDueTaken({ sources, targets }: RunContext, at: number): Pick<RunContext, 'sources' | 'targets'> {
  return { sources: begun(sources, at), targets: begun(targets, at) };
}

function begun<Kind extends RunSource | RunTarget>(
  all: Readonly<Record<string, Kind>>,
  at: number,
): Record<string, Kind> {
  return Object.fromEntries(
    Object.entries(all).map(([id, tried]) => [
      id,
      isDue(tried, at) ? { ...tried, phase: 'waiting', attempt: tried.attempt + 1 } : tried,
    ]),
  );
}
