import type { KubeObject } from '../../../domain/kube-object.ts';
import { asArray, asObject } from '../../json-value.ts';
import { at, count, text } from './cell-values.ts';
import { AGE, column, integers, NAME, type Printer, texts, wide } from './columns.ts';
import { ageOf } from './human-duration.ts';

function age({ metadata }: KubeObject, nowMs: number): string {
  return ageOf(metadata.creationTimestamp, nowMs);
}

function size(map: unknown): number {
  return Object.keys(asObject(map)).length;
}

export const namespacePrinter: Printer = {
  columns: [NAME, column('Status'), AGE],
  cells: (object, nowMs) => [object.metadata.name, text(object.status?.phase), age(object, nowMs)],
};

export const configMapPrinter: Printer = {
  columns: [NAME, column('Data'), AGE],
  cells: (object, nowMs) => [object.metadata.name, size(object.data) + size(object.binaryData), age(object, nowMs)],
};

export const secretPrinter: Printer = {
  columns: [NAME, ...texts('Type', 'Data'), AGE],
  cells: (object, nowMs) => [object.metadata.name, text(object.type), size(object.data), age(object, nowMs)],
};

export const nameAndAgePrinter: Printer = {
  columns: [NAME, AGE],
  cells: (object, nowMs) => [object.metadata.name, age(object, nowMs)],
};

/** What the real server does for kinds that have no printer of their own. */
export const nameAndTimePrinter: Printer = {
  columns: [NAME, column('Created At', 'date')],
  cells: ({ metadata }) => [metadata.name, text(metadata.creationTimestamp)],
};

const ROLE_PREFIX = 'node-role.kubernetes.io/';

export const nodePrinter: Printer = {
  columns: [
    NAME,
    ...texts('Status', 'Roles'),
    AGE,
    column('Version'),
    ...['Internal-IP', 'External-IP', 'OS-Image', 'Kernel-Version', 'Container-Runtime'].map(wide),
  ],
  cells: (node, nowMs) => {
    const info = asObject(node.status?.nodeInfo);
    const architecture = text(info.architecture);
    return [
      node.metadata.name,
      nodeStatus(node),
      nodeRoles(node),
      age(node, nowMs),
      text(info.kubeletVersion),
      nodeAddress(node, 'InternalIP'),
      nodeAddress(node, 'ExternalIP'),
      text(info.osImage, '<unknown>'),
      text(info.kernelVersion, '<unknown>') + (architecture === '' ? '' : ` (${architecture})`),
      text(info.containerRuntimeVersion, '<unknown>'),
    ];
  },
};

function nodeStatus({ spec, status }: KubeObject): string {
  const ready = asArray(status?.conditions)
    .map(asObject)
    .findLast(({ type }) => type === 'Ready');
  const words = [ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'];
  if (spec?.unschedulable === true) words.push('SchedulingDisabled');
  return words.join(',');
}

function nodeRoles({ metadata }: KubeObject): string {
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX)) return key === ROLE_PREFIX ? [] : [key.slice(ROLE_PREFIX.length)];
    return key === 'kubernetes.io/role' && value !== '' ? [value] : [];
  });
  return [...new Set(roles)].sort().join(',') || '<none>';
}

function nodeAddress({ status }: KubeObject, type: string): string {
  const found = asArray(status?.addresses).find((address) => at(address, 'type') === type);
  return text(at(found, 'address'), '<none>');
}

export const resourceQuotaPrinter: Printer = {
  columns: [NAME, ...texts('Request', 'Limit'), AGE],
  cells: (object, nowMs) => {
    const hard = asObject(object.status?.hard);
    const used = asObject(object.status?.used);
    const line = (limits: boolean): string =>
      Object.keys(hard)
        .filter((resource) => resource.startsWith('limits.') === limits)
        .sort()
        .map((resource) => `${resource}: ${text(used[resource], '0')}/${text(hard[resource])}`)
        .join(', ');
    return [object.metadata.name, line(false), line(true), age(object, nowMs)];
  },
};

export const eventPrinter: Printer = {
  columns: [
    ...texts('Last Seen', 'Type', 'Reason', 'Object'),
    ...['Subobject', 'Source'].map(wide),
    column('Message'),
    ...['First Seen', 'Count'].map(wide),
    { ...wide('Name'), format: 'name' },
  ],
  cells: (event, nowMs) => {
    const series = asObject(event.series);
    const isSeries = event.series !== undefined && event.series !== null;
    // events.k8s.io/v1 has other names for the fields of v1.
    const first = text(event.firstTimestamp, text(event.deprecatedFirstTimestamp, text(event.eventTime)));
    const last = text(event.lastTimestamp, text(event.deprecatedLastTimestamp, first));
    const source = asObject(event.source ?? event.deprecatedSource);
    const component = text(source.component, text(event.reportingComponent, text(event.reportingController)));
    const instance = text(source.host, text(event.reportingInstance));
    const about = asObject(event.involvedObject ?? event.regarding);
    const kind = text(about.kind).toLowerCase();
    return [
      ageOf(isSeries ? text(series.lastObservedTime) : last, nowMs),
      text(event.type),
      text(event.reason),
      text(about.name) === '' ? kind : `${kind}/${text(about.name)}`,
      text(about.fieldPath),
      instance === '' ? component : `${component}, ${instance}`,
      text(event.message, text(event.note)).trim(),
      ageOf(first, nowMs),
      isSeries ? count(series.count) : count(event.count ?? event.deprecatedCount) || 1,
      event.metadata.name,
    ];
  },
};

export const leasePrinter: Printer = {
  columns: [NAME, column('Holder'), AGE],
  cells: (object, nowMs) => [object.metadata.name, text(object.spec?.holderIdentity), age(object, nowMs)],
};

export const priorityClassPrinter: Printer = {
  columns: [NAME, column('Value', 'integer'), column('Global-Default', 'boolean'), AGE, column('PreemptionPolicy')],
  cells: (object, nowMs) => [
    object.metadata.name,
    count(object.value),
    object.globalDefault === true,
    age(object, nowMs),
    text(object.preemptionPolicy, 'PreemptLowerPriority'),
  ],
};

export const webhooksPrinter: Printer = {
  columns: [NAME, ...integers('Webhooks'), AGE],
  cells: (object, nowMs) => [object.metadata.name, asArray(object.webhooks).length, age(object, nowMs)],
};

export const bindingPrinter: Printer = {
  columns: [NAME, column('Role'), AGE, ...['Users', 'Groups', 'ServiceAccounts'].map(wide)],
  cells: (object, nowMs) => {
    const subjects = asArray(object.subjects).map(asObject);
    const named = (kind: string, show: (subject: Readonly<Record<string, unknown>>) => string): string =>
      subjects
        .filter((subject) => subject.kind === kind)
        .map(show)
        .join(', ');
    return [
      object.metadata.name,
      `${text(at(object.roleRef, 'kind'))}/${text(at(object.roleRef, 'name'))}`,
      age(object, nowMs),
      named('User', ({ name }) => text(name)),
      named('Group', ({ name }) => text(name)),
      named('ServiceAccount', ({ namespace, name }) => `${text(namespace)}/${text(name)}`),
    ];
  },
};
