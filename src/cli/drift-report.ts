import type { DriftReport, DriftScope, TagDrift } from '../domain/drift/tag-drift.ts';
import { type TagField, tagOf } from '../domain/drift/tag-field.ts';
import type { DriftOutcome } from '../effects/drift.ts';

/** `OCIRepository/flux-system/apps spec.ref.tag` */
function place({ id, field }: TagField): string {
  return `${id} ${field}`;
}

/** A drift that is only told: `… is latest, v2 is configured`. */
export function driftLine({ field, wanted }: TagDrift): string {
  const why = field.unrepairable === undefined ? '' : ` (${field.unrepairable}: change it by hand)`;
  return `${place(field)} is ${tagOf(field)}, ${wanted} is configured${why}`;
}

/** What became of a drift, in one line; `watch` and `reconcile` say it before they start. */
export function outcomeLine(outcome: DriftOutcome): string {
  const { field, wanted, failure } = outcome;
  if (outcome.outcome === 'unrepairable') return driftLine(outcome);
  if (outcome.outcome === 'failed')
    return `${place(field)} is ${tagOf(field)} and could not be set to ${wanted}: ${failure?.message ?? 'for no known reason'}`;
  const again =
    field.appliedBy === undefined ? '' : `; ${field.appliedBy} applies it: change it there too, or it comes back`;
  return `${place(field)} was ${tagOf(field)}, set to ${wanted}${again}`;
}

/** Nothing was compared: what there is in the cluster instead (`follows …`, `has …`), and what to do; undefined where something was. */
export function whyNotCompared(
  { ambiguous, drifts, same }: DriftReport,
  { source, registry }: DriftScope,
): { readonly text: string; readonly hint: string } | undefined {
  if (ambiguous.length > 0) {
    return {
      text: `follows several OCI repositories: ${ambiguous.join(', ')}`,
      hint: 'say which is meant with --source NAMESPACE/NAME or --registry, or set workload.source in reconcile-machine.yaml',
    };
  }
  if (drifts.length > 0 || same.length > 0) return undefined;
  const followed = registry === undefined ? 'nothing that follows a tag' : `nothing that follows ${registry}`;
  return {
    text: `has ${source === undefined ? followed : `no OCI source ${source}`}: no FluxInstance, OCIRepository or Application to compare`,
    hint: 'is it the right cluster? Choose another with --context',
  };
}

/** A source that the operator's instance makes needs no warning: the instance was set right before it. */
export function withoutNeedlessWarnings(outcomes: readonly DriftOutcome[]): readonly DriftOutcome[] {
  const repaired = new Set(outcomes.filter(({ outcome }) => outcome === 'repaired').map(({ field }) => field.id));
  return outcomes.map((outcome) => {
    const { appliedBy, ...field } = outcome.field;
    return appliedBy !== undefined && repaired.has(appliedBy) ? { ...outcome, field } : outcome;
  });
}

export function driftJson(report: DriftReport, outcomes: readonly DriftOutcome[] | undefined): unknown {
  const shown = ({ id, field, url, live, unrepairable, appliedBy }: TagField) => ({
    id,
    field,
    url,
    live: live ?? null,
    ...(unrepairable === undefined ? {} : { unrepairable }),
    ...(appliedBy === undefined ? {} : { appliedBy }),
  });
  return {
    tag: report.tag,
    drifts: (outcomes ?? report.drifts).map((drift) => ({
      ...shown(drift.field),
      wanted: drift.wanted,
      ...('outcome' in drift ? { outcome: drift.outcome } : {}),
      ...('failure' in drift ? { failure: drift.failure } : {}),
    })),
    same: report.same.map(shown),
  };
}
