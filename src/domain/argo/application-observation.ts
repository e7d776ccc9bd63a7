import type { KubeObject } from '../kube-object.ts';
import { asFields, asList, asText, type Fields } from '../object-fields.ts';
import type { TargetObservation } from '../observation.ts';
import { objectId } from '../target.ts';
import { withoutCredentials } from '../without-credentials.ts';
import { REFRESH, REQUESTED_AT } from './annotations.ts';
import { type ApplicationOptions, applicationDefinition, readingFrom } from './application-definition.ts';
import type { ApplicationState } from './application-state.ts';

const MESSAGE_CHARACTERS_MAX = 1_000;
const OBJECTS_MAX = 5;
const ERROR_CONDITIONS = ['InvalidSpecError', 'ComparisonError', 'SyncError', 'UnknownError', 'DeletionError'];

/** The Application as decisions see it, from the side of the source `reads` where it has several. */
export function applicationObservation(
  object: KubeObject,
  options: ApplicationOptions & { readonly reads?: string } = {},
): TargetObservation {
  const definition = applicationDefinition({ object }, options)?.target;
  const target =
    definition === undefined || options.reads === undefined ? definition : readingFrom(definition, options.reads);
  const index = target?.application?.parts.findIndex(({ source }) => source === target.source) ?? 0;
  const state = stateOf(object, Math.max(0, index), target?.application?.automated ?? false);
  const said = summary(state, object);
  return {
    id: objectId('Application', object.metadata.namespace ?? '', object.metadata.name),
    // The status is no subresource, so the generation counts its changes too and says nothing.
    generation: 0,
    readyGeneration: 0,
    observedGeneration: 0,
    suspended: target?.suspended ?? false,
    ...said,
    message: shown(said.message),
    stalled: false,
    reconciling: state.operation === 'requested' || state.operation === 'running',
    lastAppliedRevision: state.sync === 'Synced' ? state.comparedRevision : appliedRevision(state),
    lastAttemptedRevision: state.syncedRevision ?? state.comparedRevision,
    lastHandledReconcileAt: handledRequest(object, target?.application?.madeBy !== undefined),
    disabled: false,
    application: state,
  };
}

function stateOf(object: KubeObject, index: number, automated: boolean): ApplicationState {
  const status = asFields(object.status);
  const sync = asFields(status.sync);
  const operation = asFields(status.operationState);
  const health = asText(asFields(status.health).status) ?? 'Unknown';
  const syncStatus = sync.status === 'Synced' || sync.status === 'OutOfSync' ? sync.status : 'Unknown';
  return {
    sync: syncStatus,
    health,
    comparedRevision: revisionAt(sync, index),
    syncedRevision: revisionAt(asFields(operation.syncResult), index),
    operation: operationOf(object, operation),
    operationMessage: shown(asText(operation.message) ?? ''),
    compared: comparedWhen(asText(status.reconciledAt), asText(operation.finishedAt), syncStatus),
    error: errorOf(status),
    automated,
    objects: objectsOf(status, syncStatus),
  };
}

function revisionAt(fields: Fields, index: number): string | undefined {
  const listed = asList(fields.revisions);
  return listed.length > 0 ? asText(listed[index]) : asText(fields.revision);
}

function operationOf(object: KubeObject, state: Fields): ApplicationState['operation'] {
  const phase = asText(state.phase);
  const isRunning = phase === 'Running' || phase === 'Terminating';
  // A new operation may be asked for while the state of the last one is still there.
  if (object.operation !== undefined && object.operation !== null) return isRunning ? 'running' : 'requested';
  if (phase === undefined) return 'none';
  if (isRunning || state.finishedAt === undefined) return 'running';
  return phase === 'Succeeded' ? 'succeeded' : 'failed';
}

function comparedWhen(
  reconciledAt: string | undefined,
  finishedAt: string | undefined,
  sync: ApplicationState['sync'],
): ApplicationState['compared'] {
  if (reconciledAt === undefined) return 'never';
  if (finishedAt === undefined) return 'after';
  const [compared, finished] = [Date.parse(reconciledAt), Date.parse(finishedAt)];
  if (compared === finished) return 'same-second';
  // It makes a difference only where one was found.
  if (compared === finished + 1_000 && sync === 'OutOfSync') return 'next-second';
  return compared > finished ? 'after' : 'before';
}

function errorOf(status: Fields): string | undefined {
  const errors = asList(status.conditions)
    .map(asFields)
    .filter(({ type }) => ERROR_CONDITIONS.includes(asText(type) ?? ''))
    .sort((a, b) => ERROR_CONDITIONS.indexOf(String(a.type)) - ERROR_CONDITIONS.indexOf(String(b.type)))
    .map(({ type, message }) => `${asText(type)}: ${asText(message) ?? ''}`);
  return errors.length === 0 ? undefined : shown(errors.join('; '));
}

/** Argo CD names a repository by its URL, which may have a password in it. */
function shown(message: string): string {
  return withoutCredentials(message).slice(0, MESSAGE_CHARACTERS_MAX);
}

function objectsOf(status: Fields, sync: ApplicationState['sync']): string {
  const resources = asList(status.resources).map(asFields);
  const isTroubled =
    sync === 'OutOfSync'
      ? ({ status: own }: Fields) => own === 'OutOfSync'
      : ({ health }: Fields) => !['Healthy', undefined].includes(asText(asFields(health).status));
  const names = resources.filter(isTroubled).map((resource) => {
    const name = [resource.kind, resource.namespace, resource.name].map(asText).filter(Boolean).join('/');
    const message = asText(asFields(resource.health).message);
    const why =
      resource.requiresPruning === true ? ' (requires pruning)' : message === undefined ? '' : ` (${message})`;
    return `${name}${sync === 'OutOfSync' && resource.requiresPruning !== true ? '' : why}`;
  });
  const more = names.length > OBJECTS_MAX ? ` and ${names.length - OBJECTS_MAX} more` : '';
  return withoutCredentials(`${names.slice(0, OBJECTS_MAX).join(', ')}${more}`);
}

function appliedRevision({ operation, syncedRevision }: ApplicationState): string | undefined {
  return operation === 'succeeded' ? syncedRevision : undefined;
}

/**
 * The request that the controller has taken: it takes the refresh away when it has compared. Whose refresh it was, our own annotation says;
 * where an ApplicationSet (or a parent) has taken that off, the time of the comparison does (to the second, in the cluster's clock).
 */
function handledRequest(object: KubeObject, isMade: boolean): string | undefined {
  const { annotations } = object.metadata;
  if (annotations?.[REFRESH] !== undefined) return undefined;
  if (!isMade) return annotations?.[REQUESTED_AT];
  const reconciledAt = asText(asFields(object.status).reconciledAt);
  return annotations?.[REQUESTED_AT] ?? reconciledAt?.replace(/Z$/, '.999Z');
}

/** What the fields that all targets have say of it. */
function summary(state: ApplicationState, object: KubeObject): Pick<TargetObservation, 'ready' | 'reason' | 'message'> {
  const { sync, health, operation } = state;
  if (operation === 'requested' || operation === 'running') {
    return { ready: 'Unknown', reason: 'Syncing', message: state.operationMessage };
  }
  if (state.error !== undefined) {
    const [reason = '', ...message] = state.error.split(': ');
    return { ready: 'False', reason, message: message.join(': ') };
  }
  if (operation === 'failed') return { ready: 'False', reason: 'SyncFailed', message: state.operationMessage };
  const named = state.objects === '' ? '' : `: ${state.objects}`;
  if (sync !== 'Synced') return { ready: 'Unknown', reason: sync, message: `${sync}${named}` };
  if (health === 'Healthy') return { ready: 'True', reason: 'Synced', message: 'Synced and Healthy' };
  const said = asText(asFields(asFields(object.status).health).message);
  const message = said ?? `Synced, ${health}${named}`;
  return { ready: health === 'Degraded' ? 'False' : 'Unknown', reason: health, message };
}
