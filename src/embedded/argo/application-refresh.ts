import type { KubeObject } from '../../domain/kube-object.ts';
import { rfc3339 } from '../clock.ts';
import { asObject, asString, type JsonObject, sameJson } from '../json-value.ts';
import { comparedTo, sourcesOf } from './application-spec.ts';
import {
  isHardRefresh,
  isRefreshAsked,
  nextConditions,
  nextHealth,
  persistStatus,
  revisionFields,
  revisionsOf,
} from './application-status.ts';
import type { ArgoContext } from './argo-context.ts';
import { autoSync } from './auto-sync.ts';
import { type Comparison, compare, resourceStatus } from './comparison.ts';
import type { ManagedObjects } from './managed-objects.ts';
import { wordsOf } from './oci-artifact.ts';
import { type ApplicationCondition, specConditions } from './project-permissions.ts';
import type { RepoServer } from './repo-server.ts';

/** With what an Application is compared: the revision it has, the newest that is known, or the one that the registry has now. */
export type CompareWith = 'recent' | 'latest' | 'latest-resolved';

const LEVELS: readonly CompareWith[] = ['recent', 'latest', 'latest-resolved'];

export function higher(a: CompareWith | undefined, b: CompareWith): CompareWith {
  return a !== undefined && LEVELS.indexOf(a) > LEVELS.indexOf(b) ? a : b;
}

/** What comes of it when the manifests of all sources cannot be had. */
export interface MadeManifests {
  readonly revisions: readonly string[];
  readonly sourceTypes: readonly string[];
  readonly objects: readonly KubeObject[];
  readonly error: string | undefined;
}

export interface Refreshing {
  readonly context: ArgoContext;
  readonly server: RepoServer;
  readonly managed: ManagedObjects;
}

/** What a test has the comparison fail with is the Application's error. */
async function comparable(
  { stage, signal }: ArgoContext,
  application: KubeObject,
  made: MadeManifests,
): Promise<MadeManifests> {
  try {
    await stage('compare', application);
    return made;
  } catch (error) {
    if (signal.aborted) throw error;
    return { ...made, error: made.error ?? `Failed to load live state: ${wordsOf(error)}` };
  }
}

/** Manifests of all sources, at `revisions` where given, else at each `targetRevision`. */
export async function makeManifests(
  { context, server }: Refreshing,
  application: KubeObject,
  revisions: readonly string[] | undefined,
  freshness: { readonly isFresh: boolean; readonly isHard: boolean },
): Promise<MadeManifests> {
  const { sources } = sourcesOf(application);
  const made: { revision: string; sourceType: string; objects: readonly KubeObject[] }[] = [];
  try {
    await context.stage('manifests', application);
    for (const [index, source] of sources.entries()) {
      const revision = revisions?.[index] || asString(source.targetRevision) || '';
      const where = `for source ${index + 1} of ${sources.length}`;
      try {
        made.push(await server.manifests(source, revision, freshness));
      } catch (error) {
        throw new Error(`failed to generate manifest ${where}: rpc error: code = Unknown desc = ${wordsOf(error)}`, {
          cause: error,
        });
      }
    }
    return {
      revisions: made.map(({ revision }) => revision),
      sourceTypes: made.map(({ sourceType }) => sourceType),
      objects: made.flatMap(({ objects }) => objects).map(context.rewrite),
      error: undefined,
    };
  } catch (error) {
    return { revisions: [], sourceTypes: [], objects: [], error: `Failed to load target state: ${wordsOf(error)}` };
  }
}

/** What a comparison is due to, as the controller decides it; undefined when none is. */
export function neededRefresh(
  context: ArgoContext,
  application: KubeObject,
  requested: CompareWith | undefined,
  resyncMs: number,
): CompareWith | undefined {
  if (isRefreshAsked(application)) return 'latest-resolved';
  const status = asObject(application.status);
  const compared = asObject(asObject(status.sync).comparedTo);
  const wanted = comparedTo(application);
  if (!sameJson(compared.source, wanted.source) || !sameJson(compared.sources, wanted.sources))
    return 'latest-resolved';
  const reconciledAt = Date.parse(asString(status.reconciledAt) ?? '');
  if (Number.isNaN(reconciledAt) || reconciledAt + resyncMs < context.clock.now()) return higher(requested, 'latest');
  if (!sameJson(compared.destination, wanted.destination)) return 'latest';
  return requested;
}

/** Compares the Application and writes what came of it; a difference may start a sync. Returns in how many ms it wants to be looked at again. */
export async function refresh(
  refreshing: Refreshing,
  before: KubeObject,
  level: CompareWith,
): Promise<number | undefined> {
  const { context, managed } = refreshing;
  context.count('refresh', before);
  const status = asObject(before.status);
  const startedAt = rfc3339(context.clock.now());
  const invalid = specConditions(context, before);
  if (invalid.length > 0) {
    persistStatus(context, before, {
      ...status,
      conditions: nextConditions(context, status, invalid, ['InvalidSpecError', 'UnknownError']),
      sync: { ...asObject(status.sync), status: 'Unknown' },
      health: nextHealth(context, asObject(status.health), 'Unknown'),
    });
    return undefined;
  }
  const { isMulti } = sourcesOf(before);
  const recent = level === 'recent' ? revisionsOf(asObject(status.sync)) : undefined;
  const manifests = await makeManifests(refreshing, before, recent, {
    isFresh: level === 'latest-resolved',
    isHard: isHardRefresh(before),
  });
  const made = await comparable(context, before, manifests);
  // Without manifests what is live is compared with nothing: its health can be told, no more.
  const comparison = compare(context, before, made.objects, managed);
  const isKnown = made.error === undefined;
  const sync: JsonObject = {
    status: !isKnown ? 'Unknown' : comparison.isSynced ? 'Synced' : 'OutOfSync',
    comparedTo: comparedTo(before),
    ...(isKnown ? revisionFields(made.revisions, isMulti) : unresolvedRevision(before, recent)),
  };
  const started = isKnown ? autoSync(context, before, comparison, made.revisions, isMulti) : {};
  persistStatus(context, before, {
    ...status,
    controllerNamespace: context.namespace,
    conditions: nextConditions(context, status, conditionsOf(made, comparison, started.error), [
      ...['InvalidSpecError', 'UnknownError', 'ComparisonError', 'SyncError'],
      ...['SharedResourceWarning', 'RepeatedResourceWarning'],
    ]),
    health: nextHealth(context, asObject(status.health), comparison.health),
    ...(level === 'recent' && status.reconciledAt !== undefined ? {} : { reconciledAt: startedAt }),
    ...(context.persistResourceHealth ? {} : { resourceHealthSource: 'appTree' }),
    resources: comparison.objects.map((object) => resourceStatus(context, object, isKnown)).sort(byPlace),
    ...(isMulti
      ? { sourceTypes: made.sourceTypes }
      : { sourceType: made.sourceTypes[0] ?? asString(status.sourceType) ?? 'Directory' }),
    summary: asObject(status.summary),
    sync,
  });
  return started.againInMs;
}

/** What was to be compared with, by the name that it has in the spec (or had before). */
function unresolvedRevision(application: KubeObject, recent: readonly string[] | undefined): JsonObject {
  const { sources, isMulti } = sourcesOf(application);
  if (isMulti) return { revisions: null };
  return { revision: recent?.[0] ?? asString(sources[0]?.targetRevision) ?? '' };
}

function conditionsOf(
  { error }: MadeManifests,
  comparison: Comparison,
  syncError: string | undefined,
): readonly ApplicationCondition[] {
  return [
    ...(error === undefined ? [] : [{ type: 'ComparisonError', message: error }]),
    ...comparison.conditions,
    ...(syncError === undefined ? [] : [{ type: 'SyncError', message: syncError }]),
  ];
}

function byPlace(a: JsonObject, b: JsonObject): number {
  const placeOf = ({ group, kind, namespace, name }: JsonObject): string => [group, kind, namespace, name].join('/');
  return placeOf(a) < placeOf(b) ? -1 : 1;
}
