import type { ArgoStage } from './argo-context.ts';

/** Of a comparison whose manifests are at hand; a sync is two of them and what it does itself. */
const MANIFESTS_MS = 90;
const SYNC_MS = 330;
const SYNC_MS_PER_APPLICATION = 6;

/**
 * How long a real Argo CD was measured to take, for `latency` of startArgoCd: with the artifact of one Application, its change is live 0.47–0.58 s after the
 * refresh and Synced after 0.53–0.70 s; with that of a hundred, live after 0.85–1.4 s and Synced after 0.9–1.5 s.
 */
export function measuredLatency(applicationsInArtifact: number): Readonly<Record<ArgoStage, number>> {
  return {
    manifests: MANIFESTS_MS,
    compare: 0,
    sync: SYNC_MS + SYNC_MS_PER_APPLICATION * (applicationsInArtifact - 1),
  };
}
