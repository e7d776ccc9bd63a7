import { startRegistry } from '../embedded/testing.ts';
import type { CommandIo } from './command.ts';
import { CommandFailedError } from './errors.ts';
import { untilInterrupted } from './until-interrupted.ts';

/** Serves a registry in this process and in memory, until Ctrl-C. */
export async function serveRegistry(
  { host, port }: { readonly host: string; readonly port: number },
  io: Pick<CommandIo, 'stderr' | 'signal'>,
): Promise<void> {
  const registry = await startRegistry({ port, address: host.replace(/^\[|\]$/g, '') }).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandFailedError(message, 'choose another with --local-registry HOST:PORT', { cause: error });
  });
  try {
    io.stderr.write(
      `A registry serves at ${registry.host} (plain HTTP, in memory). Ctrl-C ends it, and nothing is kept.\n`,
    );
    if (!/^(127\.|\[?::1|localhost)/.test(host))
      io.stderr.write(`warning: everybody who reaches ${host} may pull and push there\n`);
    await untilInterrupted(io.signal);
  } finally {
    await registry.stop();
  }
}
