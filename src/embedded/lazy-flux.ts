import type { EmbeddedFlux, FluxOptions } from './flux/flux.ts';

/**
 * Starts stand-ins for source-controller, source-watcher, kustomize-controller and helm-controller on an embedded cluster. They are
 * imported with the first call: a test that only wants an API server does not wait for builders and archives.
 */
export async function startFlux(options: FluxOptions): Promise<EmbeddedFlux> {
  const flux = await import('./flux/flux.ts');
  return await flux.startFlux(options);
}
