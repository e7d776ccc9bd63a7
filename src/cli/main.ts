import { styleText } from 'node:util';
import { FailureError } from '../domain/failure.ts';
import { wantsColor } from './color.ts';
import type { AnyCommand, CommandIo } from './command.ts';
import { COMMANDS } from './commands.ts';
import { parseConfigured } from './config/parse-configured.ts';
import { errorReport, formatErrorReport } from './error-report.ts';
import { UsageError } from './errors.ts';
import { EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE } from './exit-codes.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';
import { commandHelp, programHelp } from './help.ts';
import { nearestName } from './nearest-name.ts';
import { packageVersion } from './package-version.ts';
import { parseArguments } from './parsed-arguments.ts';

/** What `main` is given: `color` is decided here, from the options, the environment and the terminal. */
export type ProcessIo = Omit<CommandIo, 'color'>;

/** Runs one command line (`argv` without node and script) and gives the exit code. Never throws; errors are printed on stderr. */
export async function main(argv: readonly string[], io: ProcessIo, commands = COMMANDS): Promise<number> {
  const color = wantsColor({ noColorOption: isGiven(argv, '--no-color'), env: io.env, isTty: io.isTty });
  try {
    const code = await dispatch(argv, { ...io, color }, commands);
    return io.signal.aborted && code === EXIT_OK ? EXIT_INTERRUPTED : code;
  } catch (error) {
    if (io.signal.aborted && isInterruption(error, io.signal)) return EXIT_INTERRUPTED;
    const report = errorReport(error, io.env);
    io.stderr.write(formatErrorReport(report, { json: isGiven(argv, '--json'), color }));
    return report.exitCode;
  }
}

async function dispatch(argv: readonly string[], io: CommandIo, commands: readonly AnyCommand[]): Promise<number> {
  const bold = (text: string) => (io.color ? styleText('bold', text, { validateStream: false }) : text);
  const nameIndex = argv.findIndex((argument) => !argument.startsWith('-'));
  const name = nameIndex < 0 ? undefined : argv[nameIndex];
  const leading = nameIndex < 0 ? argv : argv.slice(0, nameIndex);
  const global = parseArguments(leading, {
    options: GLOBAL_OPTIONS,
    positionals: [],
    helpLine: 'reconcile-machine --help',
  });
  if (global.flag('version')) return show(io, `${packageVersion()}\n`);
  if (name === undefined || name === 'help') {
    const topic =
      name === undefined ? undefined : argv.slice(nameIndex + 1).find((argument) => !argument.startsWith('-'));
    if (topic !== undefined) return show(io, commandHelp(commandNamed(topic, commands), bold));
    if (name === 'help' || global.flag('help')) return show(io, programHelp(commands, bold));
    io.stderr.write(programHelp(commands, bold));
    return EXIT_USAGE;
  }
  const command = commandNamed(name, commands);
  const rest = argv.slice(nameIndex + 1);
  // Help is wanted however wrong the rest of the line is.
  if (global.flag('help') || isGiven(rest, '--help') || isGiven(rest, '-h'))
    return show(io, commandHelp(command, bold));
  if (isGiven(rest, '--version') || isGiven(rest, '-V')) return show(io, `${packageVersion()}\n`);
  return command.prepare(await parseConfigured(rest, command, io)).run(io);
}

function commandNamed(name: string, commands: readonly AnyCommand[]): AnyCommand {
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const names = commands.map((candidate) => candidate.name);
  const near = nearestName(name, names);
  throw new UsageError(
    `unknown command '${name}'`,
    near === undefined ? `the commands are ${names.join(', ')}` : `did you mean ${near}? See reconcile-machine --help`,
  );
}

/** Whether `option` stands on the line before a `--`. */
function isGiven(argv: readonly string[], option: string): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).includes(option);
}

/** What an interrupted wait throws: the signal's own reason, an AbortError, or a failure of no outside cause. */
function isInterruption(error: unknown, signal: AbortSignal): boolean {
  if (error === signal.reason || (error instanceof Error && error.name === 'AbortError')) return true;
  return error instanceof FailureError && error.failure.kind === 'internal';
}

function show(io: CommandIo, text: string): number {
  io.stdout.write(text);
  return EXIT_OK;
}
