import type { Failure } from '../../domain/failure.ts';
import { runHook } from '../../effects/run-hook.ts';

/** Runs the commands in the order given; the first that fails ends the cycle. */
export async function runHooks(
  { hooks, env }: { readonly hooks: readonly string[]; readonly env: Readonly<Record<string, string | undefined>> },
  cwd: string,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  for (const command of hooks) {
    const result = await runHook(command, { cwd, signal, env });
    if (!result.ok) return result.failure;
  }
  return undefined;
}
