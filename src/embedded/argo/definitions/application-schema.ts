import type { JsonObject } from '../../json-value.ts';
import { ANYTHING, COUNT, each, FLAG, fields, list, TEXT, TEXT_MAP, TIME } from './schema-parts.ts';
import { DESTINATION, IGNORE_DIFFERENCES, RETRY, SOURCE } from './source-schema.ts';

const INFO = list(fields(each(TEXT, 'name', 'value'), 'name', 'value'));

const OPERATION = fields({
  info: INFO,
  initiatedBy: fields({ automated: FLAG, username: TEXT }),
  retry: RETRY,
  sync: fields({
    ...each(FLAG, 'dryRun', 'prune'),
    ...each(list(TEXT), 'manifests', 'revisions', 'syncOptions'),
    revision: TEXT,
    autoHealAttemptsCount: COUNT,
    resources: list(fields(each(TEXT, 'group', 'kind', 'name', 'namespace'), 'kind', 'name')),
    source: SOURCE,
    sources: list(SOURCE),
    syncStrategy: fields({ apply: fields({ force: FLAG }), hook: fields({ force: FLAG }) }),
  }),
});

const SYNC_POLICY = fields({
  automated: fields(each(FLAG, 'allowEmpty', 'enabled', 'prune', 'selfHeal')),
  managedNamespaceMetadata: fields(each(TEXT_MAP, 'annotations', 'labels')),
  retry: RETRY,
  syncOptions: list(TEXT),
});

/** `spec` of an Application, and of the template of an ApplicationSet. */
export const APPLICATION_SPEC: JsonObject = fields(
  {
    destination: DESTINATION,
    ignoreDifferences: IGNORE_DIFFERENCES,
    info: INFO,
    project: TEXT,
    revisionHistoryLimit: COUNT,
    source: SOURCE,
    sources: list(SOURCE),
    sourceHydrator: ANYTHING,
    syncPolicy: SYNC_POLICY,
  },
  'destination',
  'project',
);

const HEALTH = fields({ ...each(TEXT, 'status', 'message'), lastTransitionTime: TIME });

const RESOURCE_RESULT = fields(
  {
    ...each(
      TEXT,
      'group',
      'hookPhase',
      'hookType',
      'kind',
      'message',
      'name',
      'namespace',
      'status',
      'syncPhase',
      'version',
    ),
    images: list(TEXT),
  },
  'group',
  'kind',
  'name',
  'namespace',
  'version',
);

const SYNC_RESULT = fields(
  {
    managedNamespaceMetadata: fields(each(TEXT_MAP, 'annotations', 'labels')),
    resources: list(RESOURCE_RESULT),
    revision: TEXT,
    revisions: list(TEXT),
    source: SOURCE,
    sources: list(SOURCE),
  },
  'revision',
);

const OPERATION_STATE = fields(
  {
    ...each(TEXT, 'message', 'phase'),
    ...each(TIME, 'finishedAt', 'startedAt'),
    operation: OPERATION,
    retryCount: COUNT,
    syncResult: SYNC_RESULT,
  },
  'operation',
  'phase',
  'startedAt',
);

const COMPARED_TO = fields(
  { destination: DESTINATION, ignoreDifferences: IGNORE_DIFFERENCES, source: SOURCE, sources: list(SOURCE) },
  'destination',
);

const HISTORY = fields(
  {
    ...each(TIME, 'deployStartedAt', 'deployedAt'),
    id: COUNT,
    initiatedBy: fields({ automated: FLAG, username: TEXT }),
    revision: TEXT,
    revisions: list(TEXT),
    source: SOURCE,
    sources: list(SOURCE),
  },
  'deployedAt',
  'id',
);

const RESOURCE_STATUS = fields({
  ...each(TEXT, 'group', 'kind', 'name', 'namespace', 'status', 'version'),
  ...each(FLAG, 'hook', 'requiresDeletionConfirmation', 'requiresPruning'),
  health: HEALTH,
  syncWave: COUNT,
});

const STATUS = fields({
  ...each(TEXT, 'controllerNamespace', 'resourceHealthSource', 'sourceType'),
  ...each(TIME, 'observedAt', 'reconciledAt'),
  conditions: list(fields({ ...each(TEXT, 'message', 'type'), lastTransitionTime: TIME }, 'message', 'type')),
  health: HEALTH,
  history: list(HISTORY),
  operationState: OPERATION_STATE,
  resources: list(RESOURCE_STATUS),
  sourceHydrator: ANYTHING,
  sourceTypes: list(TEXT),
  summary: fields({ externalURLs: list(TEXT), images: list(TEXT) }),
  sync: fields({ comparedTo: COMPARED_TO, revision: TEXT, revisions: list(TEXT), status: TEXT }, 'status'),
});

export const APPLICATION: JsonObject = fields(
  {
    ...each(TEXT, 'apiVersion', 'kind'),
    metadata: { type: 'object' },
    operation: OPERATION,
    spec: APPLICATION_SPEC,
    status: STATUS,
  },
  'metadata',
  'spec',
);
