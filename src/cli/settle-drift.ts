import type { ClusterClient } from '../cluster/client.ts';
import { isApplicationSource } from '../domain/argo/application-source.ts';
import type { DriftReport, TagDrift } from '../domain/drift/tag-drift.ts';
import { tagOf } from '../domain/drift/tag-field.ts';
import type { Limits } from '../domain/limits.ts';
import { TAG_FALLBACK } from '../domain/requested-tag.ts';
import { isOciKind } from '../domain/source-kinds.ts';
import { type AttemptOptions, attempted, type FailedAttempt } from '../effects/attempted.ts';
import { failureOf } from '../effects/call.ts';
import { findDrift, repairDrift } from '../effects/drift.ts';
import type { FedSource } from '../effects/fed-source.ts';
import type { Clock } from '../engine/clock.ts';
import type { Happening } from '../ui/happening.ts';
import { driftLine, outcomeLine, whyNotCompared, withoutNeedlessWarnings } from './drift-report.ts';
import type { TagOptions } from './options.ts';
import type { ReconcileOptions } from './reconcile-options.ts';
import { retryMessage } from './retry-message.ts';

/**
 * Before `watch` and `reconcile`: has the cluster follow the configured tag, or with `--no-repair` says where it does not. Where neither tag
 * nor registry is configured, any tag is right. Who may not look is told so, and goes on.
 */
export async function settleDrift(
  client: ClusterClient,
  options: TagOptions & Pick<ReconcileOptions, 'namespace' | 'repair'>,
  attempts: AttemptOptions,
  tell: (happening: Happening) => void,
): Promise<void> {
  const { registry, source, namespace, repair } = options;
  // A registry without a tag is pushed to under this one.
  const tag = options.tag ?? (registry === undefined ? undefined : TAG_FALLBACK);
  if (tag === undefined) return;
  const say = (level: 'info' | 'warning', text: string, hint?: string): void =>
    tell({ type: 'message', level, text, ...(hint === undefined ? {} : { hint }) });
  const sayNotCompared = (report: DriftReport): void => {
    const why = whyNotCompared(report, options);
    // A tag alone may be there for pushes; where to look for it was said here.
    if (why === undefined || (report.ambiguous.length === 0 && registry === undefined && source === undefined)) return;
    say('warning', `whether the cluster follows the tag ${tag} is not known: it ${why.text}`, why.hint);
  };
  try {
    await attempted(
      'compare the tag that the cluster follows',
      async (signal) => {
        const asked = { tag, registry, source, namespace, signal };
        if (!repair || options.tag === undefined) {
          const report = await findDrift(client, asked);
          sayNotCompared(report);
          for (const drift of report.drifts)
            say('warning', options.tag === undefined ? fallbackLine(drift) : driftLine(drift));
          return;
        }
        const { report, outcomes } = await repairDrift(client, asked);
        sayNotCompared(report);
        for (const outcome of withoutNeedlessWarnings(outcomes))
          say(outcome.outcome === 'repaired' ? 'info' : 'warning', outcomeLine(outcome));
      },
      attempts,
    );
  } catch (error) {
    const { kind, message, hint } = failureOf(error);
    if (kind !== 'forbidden') throw error;
    say('warning', `whether the cluster follows the tag ${tag} is not known: ${message}`, hint);
  }
}

export interface WatchedTag {
  readonly tag: string | undefined;
  /** Undefined: nothing is compared. */
  readonly repair?: boolean;
  readonly namespace: string | undefined;
  readonly dryRun: boolean;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly onHappening: (happening: Happening) => void;
}

/** The same before a watch that has a tag, for the source that it feeds. */
export async function settleDriftOf(
  { id, definition }: FedSource,
  client: ClusterClient,
  options: WatchedTag,
  clock: Clock,
): Promise<void> {
  const { tag, namespace, dryRun, limits, signal, onHappening } = options;
  if (options.repair === undefined || tag === undefined) return;
  if (definition === undefined || !isOciKind(definition.kind)) return;
  const place = isApplicationSource(id)
    ? { source: undefined, registry: definition.url }
    : { source: `${definition.namespace}/${definition.name}`, registry: undefined };
  const onRetry = (failed: FailedAttempt): void => onHappening(retryMessage(failed));
  const repair = options.repair && !dryRun;
  await settleDrift(client, { ...place, tag, namespace, repair }, { limits, clock, signal, onRetry }, onHappening);
}

/** Nobody has said which tag is right: the cluster's is left, and the other one named. */
function fallbackLine({ field, wanted }: TagDrift): string {
  return `${field.id} ${field.field} is ${tagOf(field)}, while a push without a tag goes to ${wanted}: set workload.tag`;
}
