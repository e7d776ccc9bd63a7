import type { JsonObject } from '../../json-value.ts';
import { ANYTHING, COUNT, each, FLAG, fields, list, TEXT } from './schema-parts.ts';
import { DESTINATION } from './source-schema.ts';

const GROUP_KIND = list(fields(each(TEXT, 'group', 'kind', 'name'), 'group', 'kind'));

const ROLE = fields(
  {
    ...each(TEXT, 'description', 'name'),
    ...each(list(TEXT), 'groups', 'policies'),
    jwtTokens: list(fields({ ...each(COUNT, 'exp', 'iat'), id: TEXT }, 'iat')),
  },
  'name',
);

const SYNC_WINDOW = fields({
  ...each(TEXT, 'duration', 'kind', 'schedule', 'timeZone', 'description'),
  ...each(FLAG, 'andOperator', 'manualSync'),
  ...each(list(TEXT), 'applications', 'clusters', 'namespaces'),
});

export const APP_PROJECT: JsonObject = fields(
  {
    ...each(TEXT, 'apiVersion', 'kind'),
    metadata: { type: 'object' },
    spec: fields({
      description: TEXT,
      ...each(GROUP_KIND, 'clusterResourceBlacklist', 'clusterResourceWhitelist'),
      ...each(GROUP_KIND, 'namespaceResourceBlacklist', 'namespaceResourceWhitelist'),
      destinations: list(DESTINATION),
      destinationServiceAccounts: list(fields(each(TEXT, 'defaultServiceAccount', 'namespace', 'server'))),
      orphanedResources: fields({ warn: FLAG, ignore: list(fields(each(TEXT, 'group', 'kind', 'name'))) }),
      permitOnlyProjectScopedClusters: FLAG,
      roles: list(ROLE),
      signatureKeys: list(fields({ keyID: TEXT }, 'keyID')),
      ...each(list(TEXT), 'sourceNamespaces', 'sourceRepos'),
      syncWindows: list(SYNC_WINDOW),
    }),
    status: ANYTHING,
  },
  'metadata',
  'spec',
);
