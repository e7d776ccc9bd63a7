import type { Diagnosis } from '../domain/diagnosis/diagnosis.ts';
import type { Limits } from '../domain/limits.ts';
import type { ObjectId } from '../domain/target.ts';
import type { FailedAttempt } from '../effects/attempted.ts';
import type { Clock } from '../engine/clock.ts';
import type { EngineState } from '../engine/engine-state.ts';
import type { LoggedEvent } from '../engine/event-log.ts';
import type { RunContext } from '../machines/run-context.ts';
import { everyTargetReady } from '../machines/run-rules.ts';
import { progressOf, type ResourceProgress, runProgress } from '../projections/run-progress.ts';
import type { Happening } from '../ui/happening.ts';
import { createJsonLines } from '../ui/json-lines.ts';
import { renderDiagnosis } from '../ui/render-diagnosis.ts';
import { renderHappening } from '../ui/render-watch.ts';
import { createRunView } from '../ui/run-view.ts';
import { targetLabel } from '../ui/target-label.ts';
import { createTerminal } from '../ui/terminal.ts';
import type { CommandIo } from './command.ts';
import { retryMessage } from './retry-message.ts';

/** What a `reconcile` prints. */
export interface ReconcileOutput {
  readonly happened: (happening: Happening) => void;
  readonly retried: (failed: FailedAttempt) => void;
  readonly step: (events: readonly LoggedEvent[], state: Readonly<EngineState>) => void;
  /** Of what has failed while others are still waited for; on stderr. */
  readonly diagnosed: (diagnosis: Diagnosis, failed: readonly ObjectId[]) => void;
  readonly ended: (run: RunContext, state: Readonly<EngineState>) => void;
  readonly close: () => void;
}

export function reconcileOutput(
  io: CommandIo,
  { json, limits, clock }: { readonly json: boolean; readonly limits: Limits; readonly clock: Clock },
): ReconcileOutput {
  return json ? jsonOutput(io, clock) : textOutput(io, limits, clock);
}

function textOutput(io: CommandIo, { attemptsMax }: Limits, clock: Clock): ReconcileOutput {
  const terminal = createTerminal(io);
  const view = createRunView(terminal, clock, attemptsMax);
  const happened = (happening: Happening): void => terminal.print(renderHappening(happening, terminal.style()));
  return {
    happened,
    retried: (failed) => happened(retryMessage(failed)),
    step: (events, state) => {
      for (const progress of touched(events, state, clock.now())) view.show(progress);
    },
    diagnosed: (diagnosis, failed) => {
      const style = { ...terminal.style(), width: Number.POSITIVE_INFINITY };
      const who = failed.map(targetLabel).join(', ');
      const lines = renderDiagnosis(diagnosis, style);
      terminal.printError(['', `${who} failed, and others are still waited for. What is behind it:`, ...lines, '']);
    },
    ended: (run, state) => {
      for (const progress of runProgress(state, clock.now())) if (progress.excluded) view.showExcluded(progress);
      view.close();
      const { ready, others, excluded } = counts(run);
      happened({
        type: 'cycleEnd',
        ready,
        failed: others,
        held: 0,
        excluded,
        otherRuns: 0,
        elapsedMs: clock.now() - run.startedAt,
      });
    },
    close: () => {
      view.close();
      terminal.close();
    },
  };
}

/** One line a change of a resource, and the result as the last. */
function jsonOutput(io: CommandIo, clock: Clock): ReconcileOutput {
  const print = createJsonLines(io.stdout);
  const printError = createJsonLines(io.stderr);
  const printed = new Map<string, string>();
  const message = ({ type: _, ...fields }: Extract<Happening, { type: 'message' }>): void =>
    print({ type: 'message', at: clock.now(), ...fields });
  return {
    happened: (happening) => {
      if (happening.type === 'message') message(happening);
    },
    retried: (failed) => message(retryMessage(failed)),
    step: (events, state) => {
      for (const progress of touched(events, state, clock.now())) {
        const { elapsedMs: _, ...fields } = progress;
        const text = JSON.stringify(fields);
        if (printed.get(progress.id) === text) continue;
        printed.set(progress.id, text);
        print({ type: 'resource', at: clock.now(), ...progress });
      }
    },
    diagnosed: (diagnosis) => printError({ diagnosis }),
    ended: (run, state) => {
      const { ready, others, excluded } = counts(run);
      print({
        type: 'result',
        at: clock.now(),
        succeeded: everyTargetReady(run),
        ready,
        notReady: others,
        excluded,
        elapsedMs: clock.now() - run.startedAt,
        resources: runProgress(state, clock.now()),
      });
    },
    close: () => undefined,
  };
}

/** The resources that some events are about. */
function touched(events: readonly LoggedEvent[], state: Readonly<EngineState>, now: number): ResourceProgress[] {
  // What a run hears is about its sources and targets.
  const machines = new Set(
    events.flatMap(({ machine, source, target }) => [
      machine,
      ...(typeof source === 'string' ? [`source/${source}`] : []),
      ...(typeof target === 'string' ? [`target/${target}`] : []),
    ]),
  );
  if (events.some(({ type }) => type === 'RunStarted')) return [...runProgress(state, now)];
  return [...machines].flatMap((machine) => progressOf(state, machine, now) ?? []);
}

function counts({ targets }: RunContext): {
  readonly ready: number;
  readonly others: number;
  readonly excluded: number;
} {
  const awaited = Object.values(targets).filter(({ excluded }) => !excluded);
  const ready = awaited.filter(({ phase }) => phase === 'ready').length;
  return { ready, others: awaited.length - ready, excluded: Object.keys(targets).length - awaited.length };
}
