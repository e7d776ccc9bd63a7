import { COMMANDS } from './commands.ts';
import { EXIT_INTERRUPTED } from './exit-codes.ts';
import { main } from './main.ts';

/** How long a command may take to end in order once nobody reads its output any more: what a watch isolated is put back. */
const UNREAD_GRACE_MS = 30_000;
/** Of a pipe, and of a terminal whose window was closed. */
const NOBODY_READS = new Set(['EPIPE', 'EIO']);

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
  // A closed window sends it more than once: by the terminal, and by the shell that ran in it.
  process.on('SIGHUP', () => interruption.abort());
  let readerIsGone = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!NOBODY_READS.has(error.code ?? '')) throw error;
      // `| head` has seen enough: end in order, as after Ctrl-C, but without a complaint.
      if (readerIsGone) return;
      readerIsGone = true;
      interruption.abort();
      setTimeout(() => process.exit(0), UNREAD_GRACE_MS).unref();
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
