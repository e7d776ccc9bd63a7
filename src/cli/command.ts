import type { Readable } from 'node:stream';
import type { TerminalIo } from '../ui/terminal.ts';
import type { OptionSpec, PositionalSpec } from './option-spec.ts';
import type { ParsedArguments } from './parsed-arguments.ts';

/** All a command may touch of its process. */
export interface CommandIo extends TerminalIo {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  /** Aborted by the first Ctrl-C (or SIGTERM): end in good order. A second one ends the process at once. */
  readonly signal: AbortSignal;
}

/** Exit code of the process. */
export type RunCommand<Options> = (options: Options, io: CommandIo) => Promise<number>;

/** One command of the tool: what its help says, how its options are read, and where its code is. */
export interface Command<Options> {
  readonly name: string;
  /** One line, no full stop. */
  readonly summary: string;
  /** What follows the command's name, e.g. `[DIR] [options]`. */
  readonly usage: string;
  /** Sentences under the usage line. */
  readonly description?: string;
  readonly positionals: readonly PositionalSpec[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly { readonly line: string; readonly does: string }[];
  /** `unused`: it takes nothing from the configuration. `own`: it reads that itself. Default: its options are filled from there. */
  readonly configuration?: 'unused' | 'own';
  /** Throws UsageError. */
  read(parsed: ParsedArguments): Options;
  /** Imports the command's code, which may be heavy: only called to run it. */
  load(): Promise<RunCommand<Options>>;
}

/** A command line that was read and may run. */
export interface PreparedCommand {
  readonly options: unknown;
  run(io: CommandIo): Promise<number>;
}

/** A command with its option type closed over, so that commands of different options fit in one table. */
export interface AnyCommand extends Omit<Command<unknown>, 'read' | 'load'> {
  /** Throws UsageError. */
  prepare(parsed: ParsedArguments): PreparedCommand;
}

export function defineCommand<Options>(command: Command<Options>): AnyCommand {
  const { read, load, ...shown } = command;
  return {
    ...shown,
    prepare: (parsed) => {
      const options = read(parsed);
      return { options, run: async (io) => (await load())(options, io) };
    },
  };
}
