import type { KubeObject } from '../../../domain/kube-object.ts';
import { asArray, asObject } from '../../json-value.ts';
import { at, count, text } from './cell-values.ts';
import { AGE, column, integers, NAME, type Printer, texts, wide } from './columns.ts';
import { ageOf, humanDuration } from './human-duration.ts';
import { labelsText, selectorText } from './label-text.ts';

const CONTAINERS = [wide('Containers'), wide('Images')];
const CONTAINERS_AND_SELECTOR = [...CONTAINERS, wide('Selector')];

/** Names and images of a pod template's containers. */
function containerCells(template: unknown): readonly string[] {
  const containers = asArray(at(template, 'spec', 'containers'));
  return ['name', 'image'].map((field) => containers.map((container) => text(at(container, field))).join(','));
}

function age({ metadata }: KubeObject, nowMs: number): string {
  return ageOf(metadata.creationTimestamp, nowMs);
}

export const deploymentPrinter: Printer = {
  columns: [NAME, ...texts('Ready', 'Up-to-date', 'Available'), AGE, ...CONTAINERS_AND_SELECTOR],
  cells: (object, nowMs) => {
    const { metadata, spec, status } = object;
    return [
      metadata.name,
      `${count(status?.readyReplicas)}/${count(spec?.replicas, 1)}`,
      count(status?.updatedReplicas),
      count(status?.availableReplicas),
      age(object, nowMs),
      ...containerCells(spec?.template),
      selectorText(spec?.selector),
    ];
  },
};

export const replicaSetPrinter: Printer = {
  columns: [NAME, ...integers('Desired', 'Current', 'Ready'), AGE, ...CONTAINERS_AND_SELECTOR],
  cells: (object, nowMs) => {
    const { metadata, spec, status } = object;
    return [
      metadata.name,
      count(spec?.replicas, 1),
      count(status?.replicas),
      count(status?.readyReplicas),
      age(object, nowMs),
      ...containerCells(spec?.template),
      selectorText(spec?.selector) || '<none>',
    ];
  },
};

export const replicationControllerPrinter: Printer = {
  columns: replicaSetPrinter.columns,
  cells: (object, nowMs) => [...replicaSetPrinter.cells(object, nowMs).slice(0, -1), labelsText(object.spec?.selector)],
};

export const statefulSetPrinter: Printer = {
  columns: [NAME, ...texts('Ready'), AGE, ...CONTAINERS],
  cells: (object, nowMs) => {
    const { metadata, spec, status } = object;
    const ready = `${count(status?.readyReplicas)}/${count(spec?.replicas, 1)}`;
    return [metadata.name, ready, age(object, nowMs), ...containerCells(spec?.template)];
  },
};

const DAEMON_COUNTS = [
  'desiredNumberScheduled',
  'currentNumberScheduled',
  'numberReady',
  'updatedNumberScheduled',
  'numberAvailable',
];

export const daemonSetPrinter: Printer = {
  columns: [
    NAME,
    ...integers('Desired', 'Current', 'Ready', 'Up-to-date', 'Available'),
    column('Node Selector'),
    AGE,
    ...CONTAINERS_AND_SELECTOR,
  ],
  cells: (object, nowMs) => {
    const { metadata, spec, status } = object;
    return [
      metadata.name,
      ...DAEMON_COUNTS.map((field) => count(status?.[field])),
      labelsText(at(spec, 'template', 'spec', 'nodeSelector')),
      age(object, nowMs),
      ...containerCells(spec?.template),
      selectorText(spec?.selector) || '<none>',
    ];
  },
};

export const jobPrinter: Printer = {
  columns: [NAME, ...texts('Status', 'Completions', 'Duration'), AGE, ...CONTAINERS_AND_SELECTOR],
  cells: (object, nowMs) => {
    const { metadata, spec } = object;
    return [
      metadata.name,
      jobStatus(object),
      jobCompletions(object),
      jobDuration(object, nowMs),
      age(object, nowMs),
      ...containerCells(spec?.template),
      selectorText(spec?.selector) || '<none>',
    ];
  },
};

/** The first of these that is true names the job's state; a deletion comes after the two ends. */
const JOB_ENDS = ['Complete', 'Failed'];
const JOB_STATES = ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'];

function jobStatus({ metadata, status }: KubeObject): string {
  const conditions = asArray(status?.conditions).map(asObject);
  const holds = (type: string): boolean => conditions.find((each) => each.type === type)?.status === 'True';
  const end = JOB_ENDS.find(holds);
  if (end !== undefined) return end;
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  return JOB_STATES.find(holds) ?? 'Running';
}

function jobCompletions({ spec, status }: KubeObject): string {
  const succeeded = count(status?.succeeded);
  if (typeof spec?.completions === 'number') return `${succeeded}/${spec.completions}`;
  const parallelism = count(spec?.parallelism);
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration({ status }: KubeObject, nowMs: number): string {
  const started = text(status?.startTime);
  if (started === '') return '';
  const completed = text(status?.completionTime);
  return humanDuration((completed === '' ? nowMs : Date.parse(completed)) - Date.parse(started));
}

export const cronJobPrinter: Printer = {
  columns: [
    NAME,
    ...texts('Schedule', 'Timezone'),
    column('Suspend', 'boolean'),
    column('Active', 'integer'),
    column('Last Schedule'),
    AGE,
    ...CONTAINERS_AND_SELECTOR,
  ],
  cells: (object, nowMs) => {
    const { metadata, spec, status } = object;
    const last = status?.lastScheduleTime;
    return [
      metadata.name,
      text(spec?.schedule),
      text(spec?.timeZone, '<none>'),
      // The real server gives the word, not the value.
      spec?.suspend === true ? 'True' : 'False',
      asArray(status?.active).length,
      last === undefined || last === null ? '<none>' : ageOf(last, nowMs),
      age(object, nowMs),
      ...containerCells(at(spec, 'jobTemplate', 'spec', 'template')),
      selectorText(at(spec, 'jobTemplate', 'spec', 'selector')) || '<none>',
    ];
  },
};

export const controllerRevisionPrinter: Printer = {
  columns: [NAME, ...texts('Controller', 'Revision'), AGE],
  cells: (object, nowMs) => {
    const owner = asArray(object.metadata.ownerReferences)
      .map(asObject)
      .find(({ controller }) => controller === true);
    return [
      object.metadata.name,
      owner === undefined ? '<none>' : `${qualifiedKind(owner)}/${text(owner.name)}`,
      count(object.revision),
      age(object, nowMs),
    ];
  },
};

/** `statefulset.apps`, `node` */
function qualifiedKind({ apiVersion, kind }: Readonly<Record<string, unknown>>): string {
  const [group, version] = text(apiVersion).split('/');
  return text(kind).toLowerCase() + (version === undefined ? '' : `.${group}`);
}

export const podTemplatePrinter: Printer = {
  columns: [NAME, ...texts('Containers', 'Images', 'Pod Labels')],
  cells: ({ metadata, template }) => [
    metadata.name,
    ...containerCells(template),
    labelsText(at(template, 'metadata', 'labels')),
  ],
};
