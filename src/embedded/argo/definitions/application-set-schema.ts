import type { JsonObject } from '../../json-value.ts';
import { APPLICATION_SPEC } from './application-schema.ts';
import { ANYTHING, COUNT, each, FLAG, fields, list, TEXT, TEXT_MAP, TIME } from './schema-parts.ts';

const TEMPLATE = fields(
  {
    metadata: fields({
      ...each(TEXT, 'name', 'namespace'),
      ...each(TEXT_MAP, 'annotations', 'labels'),
      finalizers: list(TEXT),
    }),
    spec: APPLICATION_SPEC,
  },
  'metadata',
  'spec',
);

const GIT = fields(
  {
    ...each(TEXT, 'repoURL', 'revision', 'pathParamPrefix'),
    directories: list(fields({ exclude: FLAG, path: TEXT }, 'path')),
    files: list(fields({ exclude: FLAG, path: TEXT }, 'path')),
    requeueAfterSeconds: COUNT,
    template: ANYTHING,
    values: TEXT_MAP,
  },
  'repoURL',
  'revision',
);

/** The list and git generators as they are; the rest is kept as written. */
const GENERATOR = fields({
  list: fields({
    elements: list(ANYTHING),
    elementsYaml: TEXT,
    template: ANYTHING,
  }),
  git: GIT,
  selector: ANYTHING,
  ...each(ANYTHING, 'clusterDecisionResource', 'clusters', 'matrix', 'merge', 'plugin', 'pullRequest', 'scmProvider'),
});

const STATUS = fields({
  applicationStatus: list(ANYTHING),
  conditions: list(
    fields(
      { ...each(TEXT, 'message', 'reason', 'status', 'type'), lastTransitionTime: TIME },
      'message',
      'reason',
      'status',
      'type',
    ),
  ),
  resources: list(ANYTHING),
  resourcesCount: COUNT,
});

export const APPLICATION_SET: JsonObject = fields(
  {
    ...each(TEXT, 'apiVersion', 'kind'),
    metadata: { type: 'object' },
    spec: fields(
      {
        applyNestedSelectors: FLAG,
        generators: list(GENERATOR),
        goTemplate: FLAG,
        goTemplateOptions: list(TEXT),
        ignoreApplicationDifferences: list(ANYTHING),
        preservedFields: fields(each(list(TEXT), 'annotations', 'labels')),
        strategy: ANYTHING,
        syncPolicy: fields({ applicationsSync: TEXT, preserveResourcesOnDeletion: FLAG }),
        template: TEMPLATE,
        templatePatch: TEXT,
      },
      'generators',
      'template',
    ),
    status: STATUS,
  },
  'metadata',
  'spec',
);
