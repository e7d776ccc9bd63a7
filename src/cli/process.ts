import { COMMANDS } from './commands.ts';
import { EXIT_INTERRUPTED } from './exit-codes.ts';
import { main } from './main.ts';

/** How long a command may take to end in order once nobody reads its output any more. */
const CLOSED_PIPE_GRACE_MS = 2_000;

/** Connects `main` to this process: its streams, signals and exit code. Ends the process. */
export async function runProcess(commands = COMMANDS): Promise<void> {
  const interruption = new AbortController();
  const interrupt = () => {
    if (interruption.signal.aborted) {
      // The cursor may be hidden by a progress region that has no chance to restore it now.
      if (process.stdout.isTTY) process.stdout.write('\u001b[?25h');
      process.exit(EXIT_INTERRUPTED);
    }
    interruption.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  process.on('SIGHUP', interrupt);
  let readerIsGone = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      // `| head` has seen enough: end in order, as after Ctrl-C, but without a complaint.
      readerIsGone = true;
      interruption.abort();
      setTimeout(() => process.exit(0), CLOSED_PIPE_GRACE_MS).unref();
    });
  }
  const io = {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    isTty: process.stdout.isTTY === true,
    env: process.env,
    cwd: process.cwd(),
    signal: interruption.signal,
  };
  const code = await main(process.argv.slice(2), io, commands);
  const exitCode = readerIsGone && code === EXIT_INTERRUPTED ? 0 : code;
  process.exitCode = exitCode;
  // Output to a pipe is asynchronous: leave only when it is through.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
}
