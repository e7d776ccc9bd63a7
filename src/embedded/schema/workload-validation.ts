import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, isJsonObject, type JsonObject, sameJson } from '../json-value.ts';
import { type FieldError, forbiddenField, invalidValue, requiredValue, unsupportedValue } from './field-error.ts';
import { labelErrors } from './metadata-validation.ts';
import { podSpecErrors } from './pod-validation.ts';

const MISMATCH = '`selector` does not match template `labels`';
const IMMUTABLE = 'field is immutable';
const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];
const ALLOWED_SET_CHANGES = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

export function deploymentErrors(deployment: KubeObject, before: KubeObject | undefined): readonly FieldError[] {
  const spec = asObject(deployment.spec);
  return [
    ...nonNegative(spec, 'spec', ['replicas']),
    ...selectorErrors(spec.selector, 'deployment'),
    ...templateErrors(spec),
    ...strategyErrors(asObject(spec.strategy)),
    ...nonNegative(spec, 'spec', ['minReadySeconds', 'revisionHistoryLimit']),
    ...deadlineErrors(spec),
    ...selectorChange(spec, before),
  ];
}

function deadlineErrors({ progressDeadlineSeconds, minReadySeconds }: JsonObject): readonly FieldError[] {
  if (typeof progressDeadlineSeconds !== 'number') return [];
  const field = 'spec.progressDeadlineSeconds';
  if (progressDeadlineSeconds < 0) {
    return [invalidValue(field, progressDeadlineSeconds, 'must be greater than or equal to 0')];
  }
  if (progressDeadlineSeconds > Number(minReadySeconds ?? 0)) return [];
  return [invalidValue(field, progressDeadlineSeconds, 'must be greater than minReadySeconds')];
}

function strategyErrors({ type, rollingUpdate }: JsonObject): readonly FieldError[] {
  const field = 'spec.strategy';
  if (type === 'Recreate') {
    const why = "may not be specified when strategy `type` is 'Recreate'";
    return rollingUpdate === undefined ? [] : [forbiddenField(`${field}.rollingUpdate`, why)];
  }
  if (type !== 'RollingUpdate') {
    const found = { Type: type, RollingUpdate: rollingUpdate ?? null };
    return [unsupportedValue(field, found, ['Recreate', 'RollingUpdate'])];
  }
  const { maxSurge, maxUnavailable } = asObject(rollingUpdate);
  const isZero = (value: unknown): boolean => value === 0 || value === '0%';
  if (!isZero(maxSurge) || !isZero(maxUnavailable)) return [];
  return [invalidValue(`${field}.rollingUpdate.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0')];
}

export function replicaSetErrors(set: KubeObject, before: KubeObject | undefined): readonly FieldError[] {
  const spec = asObject(set.spec);
  return [
    ...nonNegative(spec, 'spec', ['replicas', 'minReadySeconds']),
    ...selectorErrors(spec.selector, 'deployment'),
    ...templateErrors(spec),
    ...selectorChange(spec, before),
  ];
}

export function daemonSetErrors(set: KubeObject, before: KubeObject | undefined): readonly FieldError[] {
  const spec = asObject(set.spec);
  // An absent selector is not said to be required here: the template just does not match it.
  const selector = isJsonObject(spec.selector) ? selectorErrors(spec.selector, 'daemonset') : [];
  return [...selector, ...templateErrors(spec), ...selectorChange(spec, before)];
}

export function statefulSetErrors(set: KubeObject, before: KubeObject | undefined): readonly FieldError[] {
  const spec = asObject(set.spec);
  const errors = [
    ...nonNegative(spec, 'spec', ['replicas', 'minReadySeconds']),
    ...selectorErrors(spec.selector, 'statefulset'),
    ...templateErrors(spec),
  ];
  const fixed = (given: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(given).filter(([field]) => !ALLOWED_SET_CHANGES.includes(field)));
  if (before === undefined || sameJson(fixed(spec), fixed(asObject(before.spec)))) return errors;
  const list = ALLOWED_SET_CHANGES.slice(0, -1).map((field) => `'${field}'`);
  const why = `updates to statefulset spec for fields other than ${list.join(', ')} and 'minReadySeconds' are forbidden`;
  return [...errors, forbiddenField('spec', why)];
}

export function jobErrors(job: KubeObject, before: KubeObject | undefined): readonly FieldError[] {
  const spec = asObject(job.spec);
  const errors = jobSpecErrors(spec, 'spec');
  if (before === undefined) return errors;
  const old = asObject(before.spec);
  // While a Job is suspended its template may still be directed elsewhere.
  const fixed = ['completions', 'selector', ...(old.suspend === true ? [] : ['template']), 'completionMode'];
  const changed = fixed.filter((field) => !sameJson(spec[field], old[field]));
  return [...errors, ...changed.map((field) => invalidValue(`spec.${field}`, spec[field] ?? null, IMMUTABLE))];
}

function jobSpecErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const counts = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished'];
  const pod = asObject(asObject(spec.template).spec);
  const at = `${field}.template.spec`;
  const policies = ['OnFailure', 'Never'];
  const policy = `${at}.restartPolicy`;
  return [
    ...nonNegative(spec, field, counts),
    ...podSpecErrors(pod, at),
    ...(pod.restartPolicy === 'Always' || pod.restartPolicy === undefined
      ? [requiredValue(policy, `valid values: ${policies.map((each) => `"${each}"`).join(', ')}`)]
      : policies.includes(String(pod.restartPolicy))
        ? []
        : [unsupportedValue(policy, pod.restartPolicy, policies)]),
  ];
}

const CONCURRENCY = ['Allow', 'Forbid', 'Replace'];

export function cronJobErrors(cronJob: KubeObject): readonly FieldError[] {
  const spec = asObject(cronJob.spec);
  const { schedule, concurrencyPolicy } = spec;
  return [
    ...scheduleErrors(schedule),
    ...nonNegative(spec, 'spec', ['startingDeadlineSeconds']),
    ...(CONCURRENCY.includes(String(concurrencyPolicy))
      ? []
      : [unsupportedValue('spec.concurrencyPolicy', concurrencyPolicy, CONCURRENCY)]),
    ...nonNegative(spec, 'spec', ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit']),
    ...jobSpecErrors(asObject(asObject(spec.jobTemplate).spec), 'spec.jobTemplate.spec'),
  ];
}

function scheduleErrors(schedule: unknown): readonly FieldError[] {
  if (typeof schedule !== 'string' || schedule === '') return [requiredValue('spec.schedule')];
  if (schedule.startsWith('@')) return [];
  const parts = schedule.trim().split(/\s+/);
  if (parts.length === 5) return [];
  const why = `expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`;
  return [invalidValue('spec.schedule', schedule, why)];
}

function nonNegative(spec: JsonObject, field: string, names: readonly string[]): readonly FieldError[] {
  return names
    .filter((name) => typeof spec[name] === 'number' && spec[name] < 0)
    .map((name) => invalidValue(`${field}.${name}`, spec[name], 'must be greater than or equal to 0'));
}

function selectorChange(spec: JsonObject, before: KubeObject | undefined): readonly FieldError[] {
  if (before === undefined || sameJson(spec.selector, asObject(before.spec).selector)) return [];
  return [invalidValue('spec.selector', spec.selector ?? null, IMMUTABLE)];
}

function selectorErrors(selector: unknown, kind: string): readonly FieldError[] {
  if (!isJsonObject(selector)) return [requiredValue('spec.selector')];
  const expressions = asArray(selector.matchExpressions).map(asObject);
  const empty = expressions.length === 0 && Object.keys(asObject(selector.matchLabels)).length === 0;
  const wrong = expressions.flatMap(({ operator }, index) =>
    OPERATORS.includes(String(operator))
      ? []
      : [invalidValue(`spec.selector.matchExpressions[${index}].operator`, operator, 'not a valid selector operator')],
  );
  return [
    ...labelErrors('spec.selector.matchLabels', selector.matchLabels),
    ...wrong,
    ...(empty ? [invalidValue('spec.selector', {}, `empty selector is invalid for ${kind}`)] : []),
    ...(wrong.length > 0 ? [invalidValue('spec.selector', selector, 'invalid label selector')] : []),
  ];
}

function templateErrors(spec: JsonObject): readonly FieldError[] {
  const template = asObject(spec.template);
  const { labels } = asObject(template.metadata);
  const pod = asObject(template.spec);
  const field = 'spec.template.spec';
  const selector = isJsonObject(spec.selector) ? spec.selector : undefined;
  const isBroken = asArray(selector?.matchExpressions).some(
    (each) => !OPERATORS.includes(String(asObject(each).operator)),
  );
  const isEmpty = selector !== undefined && Object.keys(selector).length === 0;
  const matches = selector !== undefined && selects(selector, asObject(labels));
  const policy = pod.restartPolicy;
  return [
    ...(matches || isBroken || isEmpty
      ? []
      : [invalidValue('spec.template.metadata.labels', labels ?? null, MISMATCH)]),
    ...labelErrors('spec.template.labels', labels),
    ...podSpecErrors(pod, field),
    ...(policy === 'Always' || policy === undefined
      ? []
      : [unsupportedValue(`${field}.restartPolicy`, policy, ['Always'])]),
  ];
}

function selects(selector: JsonObject, labels: JsonObject): boolean {
  const wanted = Object.entries(asObject(selector.matchLabels));
  if (!wanted.every(([key, value]) => labels[key] === value)) return false;
  return asArray(selector.matchExpressions).every((expression) => {
    const { key, operator, values } = asObject(expression);
    const value = labels[String(key)];
    const among = asArray(values).includes(value);
    switch (operator) {
      case 'In':
        return among;
      case 'NotIn':
        return !among;
      case 'Exists':
        return value !== undefined;
      default:
        return value === undefined;
    }
  });
}
