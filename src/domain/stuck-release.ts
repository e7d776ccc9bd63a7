import type { KubeObject } from './kube-object.ts';
import { targetObservation } from './observations-from-objects.ts';
import { isHelmReleaseFailure } from './readiness.ts';

/** On a HelmRelease that this tool has suspended for a moment: JSON of what `spec.suspend` was, null for absent. */
export const RECOVERING = 'reconcile-machine.dev/recovering';

/** `interrupted`: an earlier recovery ended between suspending and resuming. */
export type ReleaseTrouble = 'stuck' | 'interrupted';

/** A HelmRelease that goes nowhere by itself. One that waits for a dependency, or that somebody has suspended, is left alone. */
export function releaseTrouble(release: KubeObject): ReleaseTrouble | undefined {
  const { suspended, stalled, ready, reason } = targetObservation(release);
  if (suspended) return release.metadata.annotations?.[RECOVERING] === undefined ? undefined : 'interrupted';
  if (stalled) return 'stuck';
  return ready === 'False' && isHelmReleaseFailure(reason) ? 'stuck' : undefined;
}

/** Suspends it, with a note on the object itself: whoever finds it later knows that nobody meant it to stay so. */
export function suspendingPatch(release: KubeObject): unknown {
  const before = release.spec?.suspend ?? null;
  return {
    metadata: { annotations: { [RECOVERING]: JSON.stringify(before) } },
    spec: { suspend: true },
  };
}

/** Puts `spec.suspend` back as it was and takes the note off. */
export function resumingPatch(release: KubeObject): {
  readonly metadata: { readonly annotations: Readonly<Record<string, null>> };
  readonly spec: { readonly suspend: false | null };
} {
  return {
    metadata: { annotations: { [RECOVERING]: null } },
    spec: { suspend: noted(release) === 'false' ? false : null },
  };
}

/** A note that was edited means the usual: no `spec.suspend` at all. */
function noted(release: KubeObject): string | undefined {
  return release.metadata.annotations?.[RECOVERING];
}
