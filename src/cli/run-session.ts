import type { ClusterConnection } from '../cluster/connection.ts';
import type { Clock } from '../engine/clock.ts';
import { type EngineState, nameOf } from '../engine/engine-state.ts';
import type { LoggedEvent } from '../engine/event-log.ts';
import { WATCH } from '../machines/messages.ts';
import { stateName } from '../machines/state-name.ts';
import type { WatchContext } from '../machines/watch-context.ts';
import type { Happening } from '../ui/happening.ts';
import { createJsonLines } from '../ui/json-lines.ts';
import { createTerminal } from '../ui/terminal.ts';
import { createWatchView } from '../ui/watch-view.ts';
import type { CommandIo } from './command.ts';
import { HappeningsOf } from './happenings-of.ts';
import type { WatchOptions } from './options.ts';
import { startWatchSession, type WatchSession } from './watch-session.ts';
import { watchedDirectory } from './watched-directory.ts';

export interface SessionInput {
  readonly options: WatchOptions;
  readonly dir: string;
  readonly logPath: string;
  readonly connection: ClusterConnection;
  readonly clusterName: string;
  readonly clock: Clock;
  /** Nothing else runs in this process. */
  readonly ownsProcess?: boolean;
  /** Called once the watch is up; resolves when a script (the demo) is through, with the exit code. */
  readonly script?: (running: RunningWatch) => Promise<number | undefined>;
  /** Shown before anything else. */
  readonly notes?: readonly string[];
}

export interface RunningWatch {
  readonly session: WatchSession;
  /** Resolves at the end of the next cycle that some files or a request began. */
  nextCycle(): Promise<CycleResult>;
  show(happening: Happening): void;
}

export interface CycleResult {
  readonly asked: readonly string[];
  readonly outcomes: WatchContext['outcomes'];
  /** Why nothing was asked, where nothing was. */
  readonly reason: string;
  readonly failed: boolean;
  readonly firstEventAt: number;
  readonly endedAt: number;
}

/** Runs a watch with its output, until it is interrupted, `--once` is through, or a script ends it. Returns the exit code. */
export async function runSession(input: SessionInput, io: CommandIo): Promise<number> {
  const { options } = input;
  const terminal = createTerminal(io);
  const view = createWatchView(terminal, input.clock);
  const printJson = options.json ? createJsonLines(io.stdout) : undefined;
  const show = (happening: Happening): void => {
    if (printJson === undefined) view.show(happening);
    else if (happening.type === 'message')
      io.stderr.write(`${happening.text}${happening.hint === undefined ? '' : ` (${happening.hint})`}\n`);
  };
  const happenings = new HappeningsOf({ hooks: options.hooks });
  const cycles = new CycleFollower();
  try {
    for (const text of input.notes ?? []) show({ type: 'message', level: 'info', text });
    const session = await startWatchSession({
      dir: input.dir,
      root: options.root === undefined ? undefined : watchedDirectory(options.root, io.cwd),
      connection: input.connection,
      clusterName: input.clusterName,
      namespace: options.namespace,
      source: options.source,
      registry: options.registry,
      tag: options.tag,
      repair: options.repair,
      full: options.initial ? { reason: 'initial', detail: 'a full reconcile was asked for at the start' } : undefined,
      dryRun: options.dryRun,
      sync: options.sync,
      logPath: input.logPath,
      ownsProcess: input.ownsProcess === true,
      hooks: options.hooks,
      poll: options.poll,
      allowPrune: options.allowPrune,
      isolate: options.isolate,
      registryInCluster: options.registryInCluster,
      keep: options.keep,
      once: options.once,
      ignore: options.ignore,
      limits: options.limits,
      env: io.env,
      signal: io.signal,
      clock: input.clock,
      onHappening: show,
      onEvent: (event, state) => {
        printJson?.(event);
        for (const happening of happenings.of(event, state)) show(happening);
        cycles.see(event, state);
      },
    });
    try {
      const code = await outcome(input, { session, nextCycle: () => cycles.next(), show }, io);
      return code;
    } finally {
      await session.stop();
    }
  } finally {
    view.close();
    terminal.close();
  }
}

const INTERRUPTED = 130;

async function outcome(input: SessionInput, running: RunningWatch, io: CommandIo): Promise<number> {
  const interrupted = new Promise<number>((done) => {
    if (io.signal.aborted) done(INTERRUPTED);
    io.signal.addEventListener('abort', () => done(INTERRUPTED), { once: true });
  });
  const script = input.script?.(running);
  const once =
    input.options.once && script === undefined ? running.nextCycle().then(({ failed }) => (failed ? 1 : 0)) : undefined;
  const scripted = script?.then((code) => code ?? interrupted);
  return Promise.race([interrupted, once ?? scripted ?? interrupted]);
}

/** What makes one target run: a request to it, or a new revision of its own source. */
const ASKING: ReadonlySet<string> = new Set(['askTarget', 'switchTarget', 'moveSource']);

/** Watches the watch machine for the ends of cycles. A cycle is over when nothing is in flight and what came of a save is decided. */
class CycleFollower {
  #waiting: ((result: CycleResult) => void)[] = [];
  #asked = new Set<string>();
  #firstEventAt: number | undefined;
  #refused = false;

  next(): Promise<CycleResult> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  see(event: LoggedEvent, state: Readonly<EngineState>): void {
    if (event.type === 'EffectRequested' && ASKING.has(String(event.effect))) this.#asked.add(nameOf(event.machine));
    if (event.machine !== WATCH) return;
    // What another look at the tree finds is as much a save as an event.
    if (event.type === 'FilesChanged' || event.type === 'FullReconcileRequested') this.#firstEventAt ??= event.at;
    if (event.type === 'WatchStarted' && event.full !== undefined) this.#firstEventAt ??= event.at;
    if (event.type === 'TargetsResolved' || event.type === 'TargetsUncertain') this.#firstEventAt ??= event.at;
    if (event.type === 'StepRefused') this.#refused = true;
    const snapshot = state.machines.get(WATCH);
    if (snapshot === undefined || this.#firstEventAt === undefined || stateName(snapshot) !== 'idle') return;
    const context = snapshot.context as WatchContext;
    const outcomes = Object.values(context.outcomes);
    const result: CycleResult = {
      asked: [...this.#asked],
      outcomes: context.outcomes,
      reason: context.lastReason,
      failed: this.#refused || outcomes.some((outcome) => outcome !== 'ready' && outcome !== 'suspended'),
      firstEventAt: this.#firstEventAt,
      endedAt: event.at,
    };
    this.#asked = new Set();
    this.#firstEventAt = undefined;
    this.#refused = false;
    for (const resolve of this.#waiting.splice(0)) resolve(result);
  }
}
