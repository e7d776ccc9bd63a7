import type { KubeObject } from '../kube-object.ts';
import { asFields, asList, asText, type Fields } from '../object-fields.ts';
import type { ContainerProblem, PodProblem } from './diagnosis.ts';

/** What keeps a pod from being ready; undefined where nothing does. Logs and claims are for others to add. */
export function podProblem(pod: KubeObject): PodProblem | undefined {
  const status = asFields(pod.status);
  const phase = asText(status.phase) ?? 'Unknown';
  if (phase === 'Succeeded' || pod.metadata.deletionTimestamp !== undefined) return undefined;
  const containers = troubledContainers(pod);
  const conditions = asList(status.conditions).map(asFields);
  const isReady = conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
  if (phase === 'Running' && containers.length === 0 && (isReady || conditions.length === 0)) return undefined;
  const node = asText(asFields(pod.spec).nodeName);
  return {
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name,
    phase,
    ...(node === undefined ? {} : { node }),
    problems: podSentences(status, conditions, containers.length > 0),
    containers,
    claims: [],
  };
}

/** Names of the claims that its volumes are made of. */
export function claimNames(pod: KubeObject): readonly string[] {
  return asList(asFields(pod.spec).volumes)
    .map(asFields)
    .flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
      if (ephemeral !== undefined) return [`${pod.metadata.name}-${asText(name)}`];
      return asText(asFields(persistentVolumeClaim).claimName) ?? [];
    });
}

/** The one that looks after it: `controller: true`, else the first owner. */
export function controllerOf(object: KubeObject): { kind: string; group: string; name: string } | undefined {
  const owners = asList(object.metadata.ownerReferences).map(asFields);
  const owner = owners.find(({ controller }) => controller === true) ?? owners[0];
  const [kind, name, apiVersion = ''] = [owner?.kind, owner?.name, owner?.apiVersion].map(asText);
  if (kind === undefined || name === undefined) return undefined;
  return { kind, name, group: apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '' };
}

function podSentences(status: Fields, conditions: readonly Fields[], hasContainerTrouble: boolean): string[] {
  const own = [asText(status.reason), asText(status.message)].filter((text) => text !== undefined).join(': ');
  // That containers are not ready is told of the containers themselves.
  const isTold = ({ reason }: Fields): boolean =>
    hasContainerTrouble && ['ContainersNotReady', 'ContainersNotInitialized'].includes(asText(reason) ?? '');
  const failing = conditions
    .filter((condition) => condition.status === 'False' && condition.reason !== 'PodCompleted' && !isTold(condition))
    .map(({ type, reason, message }) => {
      const said = [reason, message].map(asText).filter((text) => text !== undefined);
      return reason === 'Unschedulable'
        ? `unschedulable: ${asText(message) ?? ''}`
        : `${asText(type)}: ${said.join(': ')}`;
    })
    .filter((sentence) => !/: $/.test(sentence));
  return [...new Set([...(own === '' ? [] : [own]), ...failing])];
}

function troubledContainers(pod: KubeObject): readonly ContainerProblem[] {
  const status = asFields(pod.status);
  const spec = asFields(pod.spec);
  const sidecars = new Set(
    asList(spec.initContainers)
      .map(asFields)
      .filter(({ restartPolicy }) => restartPolicy === 'Always')
      .map(({ name }) => name),
  );
  const init = asList(status.initContainerStatuses)
    .map(asFields)
    .filter((container) => !isThrough(container, sidecars.has(container.name)))
    .map((container) => containerProblem(container, true));
  const main = asList(status.containerStatuses)
    .map(asFields)
    .filter(({ ready, state }) => ready !== true && asFields(asFields(state).terminated).exitCode !== 0)
    .map((container) => containerProblem(container, false));
  const waitsForInit = ({ reason }: ContainerProblem): boolean => reason === 'PodInitializing';
  return init.length > 0 ? [...init, ...main].filter((container) => !waitsForInit(container)) : main;
}

/** An init container is through when it has ended well; one that goes on (a sidecar) when it has started. */
function isThrough({ ready, started, state }: Fields, isSidecar: boolean): boolean {
  if (isSidecar && started === true) return true;
  const { terminated } = asFields(state);
  return terminated === undefined ? ready === true : asFields(terminated).exitCode === 0;
}

function containerProblem(container: Fields, init: boolean): ContainerProblem {
  const states = asFields(container.state);
  const state = (['waiting', 'running', 'terminated'] as const).find((name) => states[name] !== undefined) ?? 'unknown';
  const now = asFields(states[state]);
  const { terminated: last } = asFields(container.lastState);
  const restarts = numberOf(container.restartCount) ?? 0;
  return {
    name: asText(container.name) ?? '',
    init,
    image: asText(container.image) ?? '',
    state,
    ...texts(now),
    ...numbered('exitCode', now.exitCode),
    ...numbered('signal', now.signal),
    restarts,
    ...(last === undefined
      ? {}
      : { lastExit: { ...texts(asFields(last)), ...numbered('exitCode', asFields(last).exitCode) } }),
    hasRun: state === 'running' || state === 'terminated' || last !== undefined || restarts > 0,
  };
}

function texts(fields: Fields): { readonly reason?: string; readonly message?: string } {
  const [reason, message] = [asText(fields.reason), asText(fields.message)];
  return { ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }) };
}

function numbered<Key extends string>(key: Key, value: unknown): { readonly [K in Key]?: number } {
  const number = numberOf(value);
  return (number === undefined ? {} : { [key]: number }) as { readonly [K in Key]?: number };
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
