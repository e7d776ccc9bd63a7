import type { KubeObject } from '../../domain/kube-object.ts';
import { asObject, asString, type JsonObject, sameJson } from '../json-value.ts';
import { automatedSync, sourcesOf, syncOptionsOf } from './application-spec.ts';
import { revisionFields, revisionsOf, sameRevisions } from './application-status.ts';
import { type ArgoContext, patchArgo, readArgo } from './argo-context.ts';
import type { Comparison } from './comparison.ts';

/** How often a failed automated sync is tried again. */
const RETRY_LIMIT = 5;
/** Between heals of one revision: 2 s ×3, at most 5 min; the first goes at once. */
const HEAL_BACKOFF_MS = 2_000;
const HEAL_BACKOFF_MS_MAX = 300_000;

export interface AutoSyncResult {
  /** Why nothing was started though it is different: a SyncError. */
  readonly error?: string;
  readonly againInMs?: number;
}

/**
 * Asks for a sync where the comparison found a difference, automated sync is on and it was not tried already: once a revision, unless
 * self-healing. The operation is written before the status of the comparison, so whoever sees the one can see the other.
 */
export function autoSync(
  context: ArgoContext,
  application: KubeObject,
  comparison: Comparison,
  revisions: readonly string[],
  isMulti: boolean,
): AutoSyncResult {
  const automated = automatedSync(application);
  if (automated === undefined || comparison.isSynced || application.metadata.deletionTimestamp !== undefined) return {};
  const live = readArgo(context, 'Application', application.metadata.namespace ?? '', application.metadata.name);
  if (live === undefined || (live.operation !== undefined && live.operation !== null)) return {};
  const different = comparison.objects.filter(({ isSynced }) => !isSynced);
  if (!automated.prune && different.every(({ target }) => target === undefined)) return {};
  const last = asObject(asObject(live.status).operationState);
  const lastSync = asObject(asObject(last.operation).sync);
  const isTried = wasTried(application, last, revisions);
  const heals = isTried ? Number(lastSync.autoHealAttemptsCount ?? 0) : 0;
  if (isTried) {
    if (last.phase !== 'Succeeded') {
      return { error: `Failed last sync attempt to [${revisions.join(' ')}]: ${asString(last.message) ?? ''}` };
    }
    if (!automated.selfHeal) return {};
    const waitMs = healBackoffMs(heals) - (context.clock.now() - Date.parse(asString(last.finishedAt) ?? ''));
    if (waitMs > 0) return { againInMs: waitMs };
  }
  if (automated.prune && !automated.allowEmpty && comparison.objects.every(({ target }) => target === undefined)) {
    return { error: `Skipping sync attempt to [${revisions.join(' ')}]: auto-sync will wipe out all resources` };
  }
  const retry = asObject(asObject(application.spec).syncPolicy).retry;
  const options = syncOptionsOf(application);
  const operation: JsonObject = {
    initiatedBy: { automated: true },
    retry: retry ?? { limit: RETRY_LIMIT },
    sync: {
      ...revisionFields(revisions, isMulti),
      ...(automated.prune ? { prune: true } : {}),
      ...(options.length === 0 ? {} : { syncOptions: options }),
      ...(isTried
        ? {
            autoHealAttemptsCount: heals + 1,
            resources: different.map(({ group, kind, namespace, name }) => ({ group, kind, namespace, name })),
          }
        : {}),
    },
  };
  // The state of the last operation goes with it. Who writes the whole object writes an empty comparison where none was told yet.
  const sync = asObject(live.status).sync === undefined ? { sync: { status: '' } } : {};
  patchArgo(context, live, { operation, status: { operationState: null, ...sync } });
  return {};
}

/** The last operation was to these revisions, from the same sources. */
function wasTried(application: KubeObject, last: JsonObject, revisions: readonly string[]): boolean {
  const result = asObject(last.syncResult);
  if (last.syncResult === undefined || !sameRevisions(revisionsOf(result), revisions)) return false;
  const { sources, isMulti } = sourcesOf(application);
  return isMulti ? sameJson(result.sources, sources) : sameJson(result.source, sources[0] ?? {});
}

function healBackoffMs(attempts: number): number {
  return attempts === 0 ? 0 : Math.min(HEAL_BACKOFF_MS * 3 ** (attempts - 1), HEAL_BACKOFF_MS_MAX);
}
