import { spawn } from 'node:child_process';
import type { Failure } from '../domain/failure.ts';
import { type Clock, systemClock } from '../engine/clock.ts';
import { outputTail } from './output-tail.ts';
import { endProcessGroup, killLeftovers } from './process-group.ts';

export interface HookOptions {
  readonly cwd: string;
  readonly signal?: AbortSignal;
  /** Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

/** `output`: the last 20 lines of both streams. `exitCode` is undefined where a signal ended the command or it never ran. */
export type HookResult =
  | { readonly ok: true; readonly output: readonly string[] }
  | {
      readonly ok: false;
      readonly failure: Failure;
      readonly exitCode: number | undefined;
      readonly output: readonly string[];
    };

const OUTPUT = { linesMax: 20, lineCharactersMax: 500 } as const;
/** For what a background process of the hook still holds open after the hook itself has ended. */
const OUTPUT_GRACE_MS = 250;

/**
 * Runs a shell command as the user gave it, without input. Never rejects. An abort or the timeout ends the command and all
 * processes it started. The failure's message holds the exit code and the last lines, for the user to read.
 */
export function runHook(command: string, options: HookOptions): Promise<HookResult> {
  const { clock = systemClock, signal } = options;
  const tail = outputTail(OUTPUT);
  if (signal?.aborted)
    return Promise.resolve(failed(command, 'was not started: the work was called off', undefined, []));
  return new Promise((resolve) => {
    const child = spawn(command, {
      cwd: options.cwd,
      env: { ...(options.env ?? process.env) },
      shell: true,
      // A process group of its own, so that it can be ended as a whole.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let stoppedBecause: string | undefined;
    let cancels: (() => void)[] = [];
    const stop = (reason: string): void => {
      if (stoppedBecause !== undefined) return;
      stoppedBecause = reason;
      cancels.push(endProcessGroup(child, clock));
    };
    const aborted = (): void => stop('was stopped: the work was called off');
    signal?.addEventListener('abort', aborted);
    if (options.timeoutMs !== undefined) {
      const { timeoutMs } = options;
      cancels.push(clock.schedule(() => stop(`was stopped after ${timeoutMs} ms`), timeoutMs));
    }
    let settled = false;
    const settle = (result: HookResult): void => {
      if (settled) return;
      settled = true;
      for (const cancel of cancels) cancel();
      cancels = [];
      signal?.removeEventListener('abort', aborted);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(result);
    };
    const ended = (code: number | null, by: NodeJS.Signals | null): void => {
      if (stoppedBecause !== undefined && child.pid !== undefined) killLeftovers(child.pid);
      if (stoppedBecause === undefined && code === 0) settle({ ok: true, output: tail.lines() });
      else settle(failed(command, stoppedBecause ?? endOf(code, by), code ?? undefined, tail.lines()));
    };
    child.stdout.on('data', tail.add);
    child.stderr.on('data', tail.add);
    child.on('error', (error) => settle(failed(command, `could not be started: ${error.message}`, undefined, [])));
    child.on('exit', (code, by) => cancels.push(clock.schedule(() => ended(code, by), OUTPUT_GRACE_MS)));
    child.on('close', ended);
  });
}

function endOf(code: number | null, by: NodeJS.Signals | null): string {
  return code === null ? `was ended by ${by}` : `ended with exit code ${code}`;
}

function failed(command: string, what: string, exitCode: number | undefined, output: readonly string[]): HookResult {
  const said = output.length === 0 ? '' : `:\n${output.join('\n')}`;
  return {
    ok: false,
    failure: {
      kind: 'hook',
      message: `hook ${JSON.stringify(command)} ${what}${said}`,
      hint: 'Nothing was pushed. Correct what the hook complains about and save again, or leave the hook out.',
    },
    exitCode,
    output,
  };
}
