import type { ArgoCdOptions, EmbeddedArgoCd } from './argo/argo-cd.ts';

/**
 * Starts stand-ins for Argo CD's application controller, repo-server and ApplicationSet controller on an embedded cluster. They are imported
 * with the first call.
 */
export async function startArgoCd(options: ArgoCdOptions): Promise<EmbeddedArgoCd> {
  const argo = await import('./argo/argo-cd.ts');
  return await argo.startArgoCd(options);
}
