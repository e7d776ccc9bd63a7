import { PassThrough } from 'node:stream';
import type { AnyCommand } from '../../src/cli/command.ts';
import { main } from '../../src/cli/main.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command line in this process and collects what it prints. */
export async function runMain(
  argv: readonly string[],
  options: {
    readonly commands?: readonly AnyCommand[];
    readonly env?: Readonly<Record<string, string>>;
    readonly isTty?: boolean;
    readonly cwd?: string;
    readonly signal?: AbortSignal;
    /** What is typed on a terminal. */
    readonly typed?: string;
    /** Called with all that was printed so far. */
    readonly onStdout?: (printed: string) => void;
    readonly onStderr?: (printed: string) => void;
  } = {},
): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  const io = {
    stdout: {
      write: (text: string) => {
        stdout += text;
        options.onStdout?.(stdout);
      },
    },
    stderr: {
      write: (text: string) => {
        stderr += text;
        options.onStderr?.(stderr);
      },
    },
    stdin: typed(options.typed),
    isTty: options.isTty ?? false,
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    signal: options.signal ?? new AbortController().signal,
  };
  const code = await (options.commands === undefined ? main(argv, io) : main(argv, io, options.commands));
  return { code, stdout, stderr };
}

function typed(text: string | undefined): PassThrough & { readonly isTTY?: boolean } {
  const stdin = new PassThrough();
  if (text === undefined) return stdin;
  stdin.end(text);
  return Object.assign(stdin, { isTTY: true });
}
