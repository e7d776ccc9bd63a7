import type { KubeObject } from '../../domain/kube-object.ts';
import { rfc3339 } from '../clock.ts';
import { durationMs } from '../flux/flux-object.ts';
import { asArray, asObject, asString, type JsonObject } from '../json-value.ts';
import { makeManifests, type Refreshing } from './application-refresh.ts';
import { sourcesOf } from './application-spec.ts';
import { revisionFields, revisionsOf } from './application-status.ts';
import { type ArgoContext, patchArgo, readArgo } from './argo-context.ts';
import { type ComparedObject, compare } from './comparison.ts';
import { wordsOf } from './oci-artifact.ts';
import { specConditions } from './project-permissions.ts';
import { type SyncOutcome, SyncRun } from './sync-run.ts';

const RETRY_MS = 5_000;
const RETRY_FACTOR = 2;
const RETRY_MS_MAX = 180_000;
const HISTORY_MAX = 10;

/** What comes after: a comparison when it is over, or another attempt after `retryInMs`. */
export type OperationResult = { readonly isOver: true } | { readonly retryInMs: number };

/** Carries out `operation` of the Application: one attempt of it. */
export async function performOperation(refreshing: Refreshing, application: KubeObject): Promise<OperationResult> {
  const { context } = refreshing;
  const before = asObject(asObject(application.status).operationState);
  const isResumed = before.phase === 'Running';
  const waitMs = isResumed ? retryWaitMs(context, before) : 0;
  if (waitMs > 0) return { retryInMs: waitMs };
  const started: JsonObject = isResumed
    ? { ...withoutEnd(before) }
    : { operation: application.operation, phase: 'Running', startedAt: rfc3339(context.clock.now()) };
  writeState(context, application, started);
  context.count('sync', application);
  const { outcome, result } = await attempt(refreshing, application, asObject(started.operation), (message) =>
    writeState(context, application, { ...started, message }),
  );
  const finishedAt = rfc3339(context.clock.now());
  const retry = asObject(asObject(started.operation).retry);
  const retryCount = Number(started.retryCount ?? 0);
  const limit = Number(retry.limit ?? 0);
  if (outcome.phase !== 'Succeeded' && (retryCount < limit || limit < 0)) {
    const retryInMs = backoffMs(retry, retryCount);
    const at = clockTime(context.clock.now() + retryInMs);
    const message = `${outcome.message}. Retrying attempt #${retryCount + 1} at ${at}.`;
    writeState(context, application, {
      ...started,
      message,
      finishedAt,
      retryCount: retryCount + 1,
      syncResult: result,
    });
    return { retryInMs };
  }
  const tried = outcome.phase !== 'Succeeded' && retryCount > 0 ? ` (retried ${retryCount} times).` : '';
  if (outcome.phase === 'Succeeded') writeHistory(context, application, asString(started.startedAt) ?? '', result);
  const ended = {
    ...started,
    phase: outcome.phase,
    message: `${outcome.message}${tried}`,
    finishedAt,
    syncResult: result,
  };
  patchArgo(context, application, { operation: null, status: { operationState: complete(ended) } });
  return { isOver: true };
}

async function attempt(
  refreshing: Refreshing,
  application: KubeObject,
  operation: JsonObject,
  report: (message: string) => void,
): Promise<{ readonly outcome: SyncOutcomeOrError; readonly result: JsonObject }> {
  const { context, managed } = refreshing;
  const { sources, isMulti } = sourcesOf(application);
  const sync = asObject(operation.sync);
  const of = isMulti ? { sources } : { source: sources[0] ?? {} };
  const fail = (message: string, revisions: readonly string[] = []) => ({
    outcome: { phase: 'Error', message, resources: [] } as const,
    result: { ...of, ...revisionFields(revisions, isMulti), revision: revisions[0] ?? asString(sync.revision) ?? '' },
  });
  if (operation.sync === undefined) return fail('Invalid operation request: no operation specified');
  const [invalid] = specConditions(context, application);
  if (invalid !== undefined) return fail(`${invalid.type}: ${invalid.message};`);
  const made = await makeManifests(refreshing, application, revisionsOf(sync), { isFresh: true, isHard: false });
  if (made.error !== undefined) return fail(`ComparisonError: ${made.error};`);
  try {
    await context.stage('sync', application);
    const comparison = compare(context, application, made.objects, managed);
    const run = new SyncRun(
      context,
      application,
      { prune: sync.prune === true, options: asArray(sync.syncOptions).map(String), only: selection(sync) },
      report,
    );
    const outcome = sync.dryRun === true ? DRY_RUN : await run.perform(comparison);
    const revisions = { revision: made.revisions[0] ?? '', ...(isMulti ? { revisions: made.revisions } : {}) };
    return { outcome, result: { ...of, ...revisions, resources: outcome.resources } };
  } catch (error) {
    return fail(wordsOf(error), made.revisions);
  }
}

type SyncOutcomeOrError = Omit<SyncOutcome, 'phase'> & { readonly phase: SyncOutcome['phase'] | 'Error' };

const DRY_RUN: SyncOutcome = { phase: 'Succeeded', message: 'successfully synced (dry run)', resources: [] };

/** `sync.resources`; undefined for all of them. */
function selection(sync: JsonObject): ((object: ComparedObject) => boolean) | undefined {
  const resources = asArray(sync.resources).map(asObject);
  if (resources.length === 0) return undefined;
  return ({ group, kind, name, namespace }) =>
    resources.some(
      (each) =>
        (asString(each.group) ?? '') === group &&
        each.kind === kind &&
        each.name === name &&
        (each.namespace === undefined || each.namespace === namespace),
    );
}

function retryWaitMs(context: ArgoContext, state: JsonObject): number {
  const finishedAt = Date.parse(asString(state.finishedAt) ?? '');
  if (Number.isNaN(finishedAt)) return 0;
  const retry = asObject(asObject(state.operation).retry);
  return finishedAt + backoffMs(retry, Number(state.retryCount ?? 1) - 1) - context.clock.now();
}

function backoffMs(retry: JsonObject, retries: number): number {
  const { duration, factor, maxDuration } = asObject(retry.backoff);
  const first = durationMs(duration, RETRY_MS);
  const max = durationMs(maxDuration, RETRY_MS_MAX);
  return Math.min(first * Number(factor ?? RETRY_FACTOR) ** retries, max);
}

function writeState(context: ArgoContext, application: KubeObject, state: JsonObject): void {
  patchArgo(context, application, { status: { operationState: complete(state) } });
}

/** A merge patch keeps what it does not name: what the state has no more is taken away by name. */
function complete(state: JsonObject): JsonObject {
  return { finishedAt: null, message: null, retryCount: null, syncResult: null, ...state };
}

function withoutEnd({ finishedAt: _finishedAt, syncResult: _result, ...state }: JsonObject): JsonObject {
  return state;
}

function writeHistory(context: ArgoContext, application: KubeObject, startedAt: string, result: JsonObject): void {
  const { namespace = '', name } = application.metadata;
  const live = readArgo(context, 'Application', namespace, name);
  const history = asArray(asObject(live?.status).history).map(asObject);
  const { resources: _, ...from } = result;
  const entry = {
    ...from,
    id: Number(history.at(-1)?.id ?? -1) + 1,
    deployStartedAt: startedAt,
    deployedAt: rfc3339(context.clock.now()),
    initiatedBy: asObject(asObject(application.operation).initiatedBy),
  };
  patchArgo(context, application, { status: { history: [...history, entry].slice(-HISTORY_MAX) } });
}

/** `3:04PM`, as Go's time.Kitchen. */
function clockTime(atMs: number): string {
  const at = new Date(atMs);
  const hour = at.getUTCHours();
  return `${hour % 12 === 0 ? 12 : hour % 12}:${String(at.getUTCMinutes()).padStart(2, '0')}${hour < 12 ? 'AM' : 'PM'}`;
}
