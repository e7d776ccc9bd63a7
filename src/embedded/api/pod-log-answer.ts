import type { KubeObject } from '../../domain/kube-object.ts';
import type { EmbeddedClock } from '../clock.ts';
import { asArray, asObject, asString } from '../json-value.ts';
import type { LogLine, PodLogs } from '../pod-logs.ts';
import { type FieldError, forbiddenField, invalidObject, invalidValue } from '../schema/field-error.ts';
import type { Answer } from './answer.ts';
import { booleanOf, integerOf } from './query-values.ts';
import { badRequest } from './status-error.ts';

interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  readonly sinceMs: number | undefined;
}

/** Answers `GET pods/<name>/log` from what the test has put into `logs`. */
export function answerPodLog(
  answer: Answer,
  pod: KubeObject,
  query: URLSearchParams,
  logs: PodLogs,
  clock: EmbeddedClock,
): void {
  const options = logOptions(pod, query, clock.now());
  const container = containerOf(pod, query.get('container') ?? '');
  const key = {
    namespace: pod.metadata.namespace ?? '',
    pod: pod.metadata.name,
    container,
    previous: options.previous,
  };
  const log = logs.read(key);
  if (log === undefined && options.previous) {
    throw badRequest(`previous terminated container "${container}" in pod "${pod.metadata.name}" not found`);
  }
  const { response } = answer;
  // A pod without a node has nobody who could have a log of it.
  if (log === undefined && !options.follow && asObject(pod.spec).nodeName === undefined) {
    response.writeHead(204, answer.headers('')).end();
    return;
  }
  response.writeHead(200, answer.headers('text/plain'));
  let sent = 0;
  let room = options.limitBytes ?? Number.POSITIVE_INFINITY;
  function send(lines: readonly LogLine[]): void {
    const text = lines.map((line) => `${options.timestamps ? `${stamp(line.atMs)} ` : ''}${line.text}\n`).join('');
    const bytes = Buffer.from(text).subarray(0, room);
    room -= bytes.length;
    if (bytes.length > 0) response.write(bytes);
  }
  function sendNew(): void {
    const now = logs.read(key);
    const fresh = (now?.lines ?? []).slice(sent);
    sent += fresh.length;
    send(sent === fresh.length ? selected(fresh, options) : fresh);
    if (options.follow && now?.closed !== true && room > 0) return;
    unsubscribe();
    response.end();
  }
  const unsubscribe = options.follow ? logs.subscribe(sendNew) : () => {};
  response.on('close', unsubscribe);
  response.flushHeaders();
  sendNew();
}

function selected(lines: readonly LogLine[], { sinceMs, tailLines }: LogOptions): readonly LogLine[] {
  const recent = sinceMs === undefined ? lines : lines.filter(({ atMs }) => atMs >= sinceMs);
  return tailLines === undefined ? recent : tailLines === 0 ? [] : recent.slice(-tailLines);
}

function stamp(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '000000Z');
}

function logOptions(pod: KubeObject, query: URLSearchParams, nowMs: number): LogOptions {
  const number = (name: string): number | undefined => (query.has(name) ? integerOf(query, name) : undefined);
  const [tailLines, limitBytes, sinceSeconds] = ['tailLines', 'limitBytes', 'sinceSeconds'].map(number);
  const sinceTime = query.get('sinceTime');
  const errors: FieldError[] = [];
  if (tailLines !== undefined && tailLines < 0) {
    errors.push(invalidValue('tailLines', tailLines, 'must be greater than or equal to 0'));
  }
  if (limitBytes !== undefined && limitBytes < 1) {
    errors.push(invalidValue('limitBytes', limitBytes, 'must be greater than 0'));
  }
  if (sinceSeconds !== undefined && sinceTime !== null) {
    errors.push(forbiddenField('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    errors.push(invalidValue('sinceSeconds', sinceSeconds, 'must be greater than 0'));
  }
  if (query.has('stream')) errors.push(forbiddenField('stream', 'may not be specified'));
  if (errors.length > 0) throw invalidObject({ group: '', kind: 'PodLogOptions' }, pod.metadata.name, errors);
  const since = sinceSeconds === undefined ? Date.parse(sinceTime ?? '') : nowMs - sinceSeconds * 1_000;
  return {
    follow: booleanOf(query, 'follow') ?? false,
    previous: booleanOf(query, 'previous') ?? false,
    timestamps: booleanOf(query, 'timestamps') ?? false,
    tailLines,
    limitBytes,
    sinceMs: Number.isNaN(since) ? undefined : since,
  };
}

/** The container whose log is meant: the one that is named, or the only one. */
export function containerOf(pod: KubeObject, wanted: string): string {
  const spec = asObject(pod.spec);
  const names = [spec.initContainers, spec.containers, spec.ephemeralContainers]
    .flatMap(asArray)
    .map((each) => asString(asObject(each).name) ?? '');
  const { name } = pod.metadata;
  if (wanted !== '') {
    if (names.includes(wanted)) return wanted;
    throw badRequest(`container ${wanted} is not valid for pod ${name}`);
  }
  const [only = ''] = names;
  if (names.length === 1) return only;
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`);
}
