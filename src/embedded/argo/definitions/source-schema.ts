import type { JsonObject } from '../../json-value.ts';
import { ANYTHING, COUNT, each, FLAG, fields, list, TEXT, TEXT_MAP } from './schema-parts.ts';

const NAME_VALUE = fields({ ...each(TEXT, 'name', 'value'), code: FLAG }, 'name', 'value');

const DIRECTORY = fields({
  ...each(TEXT, 'exclude', 'include'),
  recurse: FLAG,
  jsonnet: fields({ extVars: list(NAME_VALUE), tlas: list(NAME_VALUE), libs: list(TEXT) }),
});

const KUSTOMIZE = fields({
  ...each(TEXT, 'namePrefix', 'nameSuffix', 'namespace', 'version', 'kubeVersion'),
  ...each(TEXT_MAP, 'commonAnnotations', 'commonLabels'),
  ...each(FLAG, 'commonAnnotationsEnvsubst', 'forceCommonAnnotations', 'forceCommonLabels', 'labelWithoutSelector'),
  ...each(FLAG, 'labelIncludeTemplates', 'ignoreMissingComponents'),
  ...each(list(TEXT), 'components', 'images', 'apiVersions'),
  patches: list(
    fields({
      ...each(TEXT, 'path', 'patch'),
      options: { type: 'object', additionalProperties: FLAG },
      target: fields(
        each(TEXT, 'annotationSelector', 'group', 'kind', 'labelSelector', 'name', 'namespace', 'version'),
      ),
    }),
  ),
  replicas: list(fields({ name: TEXT, count: { 'x-kubernetes-int-or-string': true } }, 'count', 'name')),
});

const HELM = fields({
  ...each(TEXT, 'releaseName', 'values', 'version', 'namespace', 'kubeVersion'),
  ...each(FLAG, 'ignoreMissingValueFiles', 'passCredentials', 'skipCrds', 'skipSchemaValidation', 'skipTests'),
  ...each(list(TEXT), 'valueFiles', 'apiVersions'),
  valuesObject: ANYTHING,
  fileParameters: list(fields(each(TEXT, 'name', 'path'))),
  parameters: list(fields({ ...each(TEXT, 'name', 'value'), forceString: FLAG })),
});

const PLUGIN = fields({
  name: TEXT,
  env: list(fields(each(TEXT, 'name', 'value'), 'name', 'value')),
  parameters: list(fields({ ...each(TEXT, 'name', 'string'), array: list(TEXT), map: TEXT_MAP })),
});

/** `spec.source`, and each of `spec.sources`. */
export const SOURCE: JsonObject = fields(
  {
    ...each(TEXT, 'repoURL', 'path', 'targetRevision', 'chart', 'ref', 'name'),
    directory: DIRECTORY,
    kustomize: KUSTOMIZE,
    helm: HELM,
    plugin: PLUGIN,
  },
  'repoURL',
);

export const DESTINATION: JsonObject = fields(each(TEXT, 'server', 'name', 'namespace'));

export const RETRY: JsonObject = fields({
  limit: COUNT,
  refresh: FLAG,
  backoff: fields({ ...each(TEXT, 'duration', 'maxDuration'), factor: COUNT }),
});

export const IGNORE_DIFFERENCES: JsonObject = list(
  fields(
    {
      ...each(TEXT, 'group', 'kind', 'name', 'namespace'),
      ...each(list(TEXT), 'jqPathExpressions', 'jsonPointers', 'managedFieldsManagers'),
    },
    'kind',
  ),
);
