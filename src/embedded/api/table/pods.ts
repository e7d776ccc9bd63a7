import type { KubeObject } from '../../../domain/kube-object.ts';
import { asArray, asObject, type JsonObject } from '../../json-value.ts';
import { at, count, text } from './cell-values.ts';
import { AGE, NAME, type Printer, type RowCondition, texts, wide } from './columns.ts';
import { ageOf } from './human-duration.ts';

/** What the containers of a pod add up to. */
interface PodState {
  readonly reason: string;
  readonly ready: number;
  readonly total: number;
  readonly restarts: number;
  /** RFC 3339; empty when nothing was restarted. */
  readonly lastRestart: string;
}

export const podPrinter: Printer = {
  columns: [
    NAME,
    ...texts('Ready', 'Status', 'Restarts'),
    AGE,
    ...['IP', 'Node', 'Nominated Node', 'Readiness Gates'].map(wide),
  ],
  cells: (pod, nowMs) => {
    const { reason, ready, total, restarts, lastRestart } = podState(pod);
    const since = restarts !== 0 && lastRestart !== '' ? ` (${ageOf(lastRestart, nowMs)} ago)` : '';
    const [address] = asArray(pod.status?.podIPs);
    return [
      pod.metadata.name,
      `${ready}/${total}`,
      reason,
      `${restarts}${since}`,
      ageOf(pod.metadata.creationTimestamp, nowMs),
      text(at(address, 'ip'), text(pod.status?.podIP, '<none>')),
      text(pod.spec?.nodeName, '<none>'),
      text(pod.status?.nominatedNodeName, '<none>'),
      readinessGates(pod),
    ];
  },
  conditions: ({ status }) => CONDITIONS[text(status?.phase)] ?? [],
};

const CONDITIONS: Readonly<Record<string, readonly RowCondition[]>> = {
  Succeeded: [
    { type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' },
  ],
  Failed: [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }],
};

/** Init containers first: while one is not through, the pod's word is theirs. */
function podState(pod: KubeObject): PodState {
  const phase = text(pod.status?.phase);
  const gated = conditionsOf(pod).some(
    (condition) => condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated',
  );
  const begun = gated ? 'SchedulingGated' : text(pod.status?.reason, phase);
  const init = initState(pod);
  const sidecars = asArray(pod.spec?.initContainers).filter(isSidecar).length;
  const total = asArray(pod.spec?.containers).length + sidecars;
  const initialized = conditionsOf(pod).some(({ type, status }) => type === 'Initialized' && status === 'True');
  const state =
    init.reason !== undefined && !initialized
      ? { reason: init.reason, ready: init.ready, restarts: init.restarts, lastRestart: init.lastRestart }
      : containersState(pod, init.reason ?? begun, init);
  return { ...state, total, reason: reasonOfDeletion(pod, phase) ?? state.reason };
}

function reasonOfDeletion({ metadata, status }: KubeObject, phase: string): string | undefined {
  if (metadata.deletionTimestamp === undefined) return undefined;
  if (status?.reason === 'NodeLost') return 'Unknown';
  return phase === 'Succeeded' || phase === 'Failed' ? undefined : 'Terminating';
}

interface InitState {
  /** Set while an init container has work to do or has failed. */
  readonly reason: string | undefined;
  readonly ready: number;
  readonly restarts: number;
  readonly lastRestart: string;
  readonly sidecarRestarts: number;
  readonly sidecarLastRestart: string;
}

function initState(pod: KubeObject): InitState {
  const specs = asArray(pod.spec?.initContainers);
  let reason: string | undefined;
  let [ready, restarts, sidecarRestarts, lastRestart, sidecarLastRestart] = [0, 0, 0, '', ''];
  for (const [index, container] of asArray(pod.status?.initContainerStatuses).map(asObject).entries()) {
    const sidecar = isSidecar(specs.find((spec) => at(spec, 'name') === container.name));
    restarts += count(container.restartCount);
    lastRestart = later(lastRestart, lastTermination(container));
    if (sidecar) {
      sidecarRestarts += count(container.restartCount);
      sidecarLastRestart = later(sidecarLastRestart, lastTermination(container));
    }
    const { terminated, waiting } = asObject(container.state);
    if (terminated !== undefined && count(at(terminated, 'exitCode')) === 0) continue;
    if (sidecar && container.started === true) {
      if (container.ready === true) ready++;
      continue;
    }
    const waitingFor = text(at(waiting, 'reason'));
    if (terminated !== undefined) reason = `Init:${endingOf(asObject(terminated))}`;
    else if (waitingFor !== '' && waitingFor !== 'PodInitializing') reason = `Init:${waitingFor}`;
    else reason = `Init:${index}/${specs.length}`;
    break;
  }
  return { reason, ready, restarts, lastRestart, sidecarRestarts, sidecarLastRestart };
}

function containersState(pod: KubeObject, before: string, init: InitState): Omit<PodState, 'total'> {
  let reason = before;
  let failure = '';
  let running = false;
  let ready = init.ready;
  let restarts = init.sidecarRestarts;
  let lastRestart = init.sidecarLastRestart;
  // The first container has the last word.
  for (const container of asArray(pod.status?.containerStatuses).map(asObject).reverse()) {
    restarts += count(container.restartCount);
    lastRestart = later(lastRestart, lastTermination(container));
    const state = asObject(container.state);
    const waitingFor = text(at(state.waiting, 'reason'));
    if (waitingFor !== '') reason = waitingFor;
    else if (state.terminated !== undefined) {
      reason = endingOf(asObject(state.terminated));
      if (count(at(state.terminated, 'exitCode')) !== 0) failure = reason;
    } else if (container.ready === true && state.running !== undefined) {
      running = true;
      ready++;
    }
  }
  if (reason === 'Completed') {
    const isReady = conditionsOf(pod).some(({ type, status }) => type === 'Ready' && status === 'True');
    if (running && isReady) reason = 'Running';
    else if (failure !== '') reason = failure;
    else if (running) reason = 'NotReady';
  }
  return { reason, ready, restarts, lastRestart };
}

function endingOf(terminated: JsonObject): string {
  const signal = count(terminated.signal);
  return text(terminated.reason, signal !== 0 ? `Signal:${signal}` : `ExitCode:${count(terminated.exitCode)}`);
}

function isSidecar(spec: unknown): boolean {
  return at(spec, 'restartPolicy') === 'Always';
}

function lastTermination(container: JsonObject): string {
  return text(at(container.lastState, 'terminated', 'finishedAt'));
}

function later(a: string, b: string): string {
  return b !== '' && (a === '' || Date.parse(b) > Date.parse(a)) ? b : a;
}

function conditionsOf(pod: KubeObject): readonly JsonObject[] {
  return asArray(pod.status?.conditions).map(asObject);
}

function readinessGates(pod: KubeObject): string {
  const gates = asArray(pod.spec?.readinessGates);
  if (gates.length === 0) return '<none>';
  const open = gates.filter(
    (gate) => conditionsOf(pod).find(({ type }) => type === at(gate, 'conditionType'))?.status === 'True',
  );
  return `${open.length}/${gates.length}`;
}
