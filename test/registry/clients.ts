import { onTestFinished } from 'vitest';
import { createRegistryClient, type RegistryClient, type RegistryClientOptions } from '../../src/registry/client.ts';
import { type ScriptedRegistry, startScriptedRegistry } from './scripted-registry.ts';

/** A scripted registry until the test is over. */
export async function scriptedRegistry(...args: Parameters<typeof startScriptedRegistry>): Promise<ScriptedRegistry> {
  const started = await startScriptedRegistry(...args);
  onTestFinished(() => started.close());
  return started;
}

/** A client of `team/apps` at `host` until the test is over. */
export function clientOf(host: string, options: Partial<RegistryClientOptions> = {}): RegistryClient {
  const client = createRegistryClient({ reference: `oci://${host}/team/apps`, credentials: 'anonymous', ...options });
  onTestFinished(() => client.close());
  return client;
}
