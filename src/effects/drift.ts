import type { ClusterClient } from '../cluster/client.ts';
import type { ServedResource } from '../cluster/discovery.ts';
import { jsonPatch } from '../cluster/json-patch.ts';
import { listAll } from '../cluster/list-all.ts';
import { type DriftReport, type DriftScope, type TagDrift, tagDrift } from '../domain/drift/tag-drift.ts';
import type { Failure } from '../domain/failure.ts';
import { parseObjectId } from '../domain/target.ts';
import { failureOf } from './call.ts';
import { ENGINE_RESOURCES } from './diagnose-resources.ts';

export type DriftClient = Pick<ClusterClient, 'discover' | 'list' | 'request'>;

export interface DriftOptions extends DriftScope {
  /** The configured tag. */
  readonly tag: string;
  readonly engine?: 'flux' | 'argocd' | undefined;
  readonly namespace?: string | undefined;
  readonly signal?: AbortSignal;
}

/** One drift and what became of it. */
export interface DriftOutcome extends TagDrift {
  readonly outcome: 'repaired' | 'unrepairable' | 'failed';
  readonly failure?: Failure;
}

const TAG_KINDS: ReadonlySet<string> = new Set(['FluxInstance', 'OCIRepository', 'Application']);

/** What in the cluster follows another tag than the configured one. Rejects with FailureError. */
export async function findDrift(client: DriftClient, options: DriftOptions): Promise<DriftReport> {
  return (await lookAtTags(client, options)).report;
}

/**
 * Sets each field that has drifted to the configured tag, and nothing else of its object: with the same client that saw it, and only where it
 * still is as it was seen. One that fails holds up no other. Rejects with FailureError where the cluster cannot be read.
 */
export async function repairDrift(
  client: DriftClient,
  options: DriftOptions,
): Promise<{ readonly report: DriftReport; readonly outcomes: readonly DriftOutcome[] }> {
  const { report, served } = await lookAtTags(client, options);
  const outcomes: DriftOutcome[] = [];
  // In order: an instance before the source that it makes.
  for (const drift of report.drifts) outcomes.push(await repaired(client, drift, served, options));
  return { report, outcomes };
}

async function lookAtTags(
  client: DriftClient,
  options: DriftOptions,
): Promise<{ readonly report: DriftReport; readonly served: readonly ServedResource[] }> {
  const { tag, engine, namespace, signal } = options;
  const wanted = ENGINE_RESOURCES.filter(
    ({ kind, group }) =>
      TAG_KINDS.has(kind) && (engine === undefined || (engine === 'argocd') === (group === 'argoproj.io')),
  );
  const served = await client.discover(wanted);
  const lists = await Promise.all(
    served.map((resource) => listAll(client, resource, { namespace, ...(signal === undefined ? {} : { signal }) })),
  );
  return { report: tagDrift(lists.flat(), tag, options), served };
}

async function repaired(
  client: DriftClient,
  drift: TagDrift,
  served: readonly ServedResource[],
  { signal }: DriftOptions,
): Promise<DriftOutcome> {
  const { field, wanted } = drift;
  const { kind, namespace, name } = parseObjectId(field.id);
  const resource = served.find((candidate) => candidate.kind === kind);
  if (field.unrepairable !== undefined || resource === undefined) return { ...drift, outcome: 'unrepairable' };
  try {
    await jsonPatch(client, { ...resource, namespace, name }, field.patchTo(wanted), signal);
    return { ...drift, outcome: 'repaired' };
  } catch (error) {
    return { ...drift, outcome: 'failed', failure: failureOf(error, 'api-server') };
  }
}
