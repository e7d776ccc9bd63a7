import { asArray, asObject, type JsonObject } from '../../json-value.ts';
import { at, count, firstOf, text } from './cell-values.ts';
import { AGE, column, NAME, type Printer, texts } from './columns.ts';
import { ageOf } from './human-duration.ts';

const METRICS_SHOWN = 2;

export const autoscalerPrinter: Printer = {
  columns: [NAME, ...texts('Reference', 'Targets', 'MinPods', 'MaxPods', 'Replicas'), AGE],
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    `${text(at(spec, 'scaleTargetRef', 'kind'))}/${text(at(spec, 'scaleTargetRef', 'name'))}`,
    metrics(asArray(spec?.metrics), asArray(status?.currentMetrics)),
    text(spec?.minReplicas, '<unset>'),
    count(spec?.maxReplicas),
    count(status?.currentReplicas),
    ageOf(metadata.creationTimestamp, nowMs),
  ],
};

function metrics(wanted: readonly unknown[], found: readonly unknown[]): string {
  const shown = wanted.map((metric, index) => metricText(asObject(metric), asObject(found[index])));
  return shown.length === 0 ? '<none>' : firstOf(shown, METRICS_SHOWN, shown.length, ', ');
}

/** `cpu: 20%/80%`, `100m/1k (avg)`, `<unknown>/5` */
function metricText(metric: JsonObject, status: JsonObject): string {
  const source = SOURCES[text(metric.type)];
  if (source === undefined) return '<unknown type>';
  const wanted = asObject(at(metric, source, 'target'));
  const current = asObject(at(status, source, 'current'));
  const average = wanted.averageValue !== undefined;
  if (source === 'resource' || source === 'containerResource') {
    const name = text(at(metric, source, 'name'));
    if (average) return `${name}: ${text(current.averageValue, '<unknown>')}/${text(wanted.averageValue)}`;
    return `${name}: ${percent(current.averageUtilization, '<unknown>')}/${percent(wanted.averageUtilization, '<auto>')}`;
  }
  if (source === 'pods') return `${text(current.averageValue, '<unknown>')}/${text(wanted.averageValue)}`;
  if (average) return `${text(current.averageValue, '<unknown>')}/${text(wanted.averageValue)} (avg)`;
  return `${text(current.value, '<unknown>')}/${text(wanted.value)}`;
}

const SOURCES: Readonly<Record<string, string>> = {
  External: 'external',
  Pods: 'pods',
  Object: 'object',
  Resource: 'resource',
  ContainerResource: 'containerResource',
};

function percent(value: unknown, otherwise: string): string {
  return typeof value === 'number' ? `${value}%` : otherwise;
}

export const disruptionBudgetPrinter: Printer = {
  columns: [NAME, ...texts('Min Available', 'Max Unavailable'), column('Allowed Disruptions', 'integer'), AGE],
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    text(spec?.minAvailable, 'N/A'),
    text(spec?.maxUnavailable, 'N/A'),
    count(status?.disruptionsAllowed),
    ageOf(metadata.creationTimestamp, nowMs),
  ],
};
