import { startCluster, startFlux, startRegistry } from '../../src/embedded/testing.ts';
import { isMain } from '../table.ts';

/** How long the steps of a real one take, in ms. */
export interface StandInOptions {
  /** From the request to the source to its new artifact. */
  readonly sourceMs: number;
  /** From the new artifact to the objects being live: of a source of its own, and of the shared one. */
  readonly applyMs: number;
  readonly sharedApplyMs: number;
  /** From there to Ready. */
  readonly healthMs: number;
}

if (isMain(import.meta.url)) {
  const { sourceMs, applyMs, sharedApplyMs, healthMs } = JSON.parse(process.argv[2] ?? '{}') as StandInOptions;
  const [cluster, registry] = await Promise.all([startCluster(), startRegistry()]);
  const flux = await startFlux({
    cluster,
    builder: 'plain',
    latency: {
      source: sourceMs,
      build: ({ spec }) =>
        (spec?.sourceRef as { name?: string } | undefined)?.name === 'bench' ? sharedApplyMs : applyMs,
      health: healthMs,
    },
  });
  process.send?.({ kubeconfig: cluster.kubeconfig, registryHost: registry.host });
  process.once('disconnect', async () => {
    await flux.stop();
    await Promise.all([cluster.stop(), registry.stop()]);
    process.exit(0);
  });
}
