import type { KubeObject } from '../../domain/kube-object.ts';

export type SyncPhase = 'PreSync' | 'Sync' | 'PostSync';

const HOOK = 'argocd.argoproj.io/hook';
const WAVE = 'argocd.argoproj.io/sync-wave';
const HELM_PHASES: Readonly<Record<string, SyncPhase>> = {
  'pre-install': 'PreSync',
  'pre-upgrade': 'PreSync',
  'post-install': 'PostSync',
  'post-upgrade': 'PostSync',
};

/** Objects that a sync runs rather than keeps: neither compared nor pruned. */
export function isHook(object: KubeObject): boolean {
  return written(object).length > 0;
}

/** The phases a hook runs in; none for `Skip`, and for hooks of failures and deletions. */
export function hookPhases(object: KubeObject): readonly SyncPhase[] {
  return written(object).flatMap((name) => {
    if (name === 'PreSync' || name === 'Sync' || name === 'PostSync') return [name];
    return HELM_PHASES[name] ?? [];
  });
}

export function waveOf({ metadata }: KubeObject): number {
  const wave = Number.parseInt(metadata.annotations?.[WAVE] ?? '0', 10);
  return Number.isNaN(wave) ? 0 : wave;
}

function written({ metadata }: KubeObject): readonly string[] {
  const names = metadata.annotations?.[HOOK] ?? metadata.annotations?.['helm.sh/hook'] ?? '';
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'crd-install');
}
