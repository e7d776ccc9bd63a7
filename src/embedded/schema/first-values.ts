import { createHash } from 'node:crypto';
import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, isJsonObject, type JsonObject, sameJson } from '../json-value.ts';
import type { ApiResource } from '../store/resource-registry.ts';
import { compareQuantities } from './quantity.ts';

type Prepare = (object: KubeObject, before: KubeObject | undefined) => KubeObject;

/** What the API server makes of an object of one kind beyond plain defaults: it depends on other fields, on the name, or on the object before. */
const PREPARE: Readonly<Record<string, Prepare>> = {
  '/Secret': (secret) => withStringData(secret),
  '/Namespace': (namespace, before) => labelledNamespace(before === undefined ? newNamespace(namespace) : namespace),
  '/Service': servicePlace,
  '/Pod': (pod, before) => (before === undefined ? newPod(pod) : withSpec(pod, podSpec(asObject(pod.spec)))),
  'batch/Job': (job, before) => (before === undefined ? newJob(job) : job),
  'apps/DaemonSet': templateGeneration,
  'apps/StatefulSet': withClaimKinds,
  '/Node': (node, before) => (before === undefined ? newNode(node) : node),
};

export function prepared(
  { group, kind }: Pick<ApiResource, 'group' | 'kind'>,
  object: KubeObject,
  before: KubeObject | undefined,
): KubeObject {
  return PREPARE[`${group}/${kind}`]?.(object, before) ?? object;
}

/** `stringData` is for writing only: it becomes data. */
function withStringData(secret: KubeObject): KubeObject {
  const { stringData, ...rest } = secret;
  if (!isJsonObject(stringData)) return secret;
  const encoded = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')]);
  return { ...rest, data: { ...asObject(secret.data), ...Object.fromEntries(encoded) } };
}

function newNamespace(namespace: KubeObject): KubeObject {
  const finalizers = asArray(asObject(namespace.spec).finalizers);
  return { ...namespace, spec: { ...namespace.spec, finalizers: [...new Set([...finalizers, 'kubernetes'])] } };
}

const NAME_LABEL = 'kubernetes.io/metadata.name';

/** Selectors of namespaces go by labels, so the name is one; nobody can take it away. */
function labelledNamespace(namespace: KubeObject): KubeObject {
  const { name, labels } = namespace.metadata;
  if (labels?.[NAME_LABEL] === name) return namespace;
  return { ...namespace, metadata: { ...namespace.metadata, labels: { ...labels, [NAME_LABEL]: name } } };
}

const ADDRESS_FIELDS = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'];

/** A Service's address: none is allocated in truth, each has one made of its name; it stays over updates. */
function servicePlace(service: KubeObject, before: KubeObject | undefined): KubeObject {
  const spec = asObject(service.spec);
  if (spec.type === 'ExternalName') return service;
  const old = asObject(before?.spec);
  const ports = withNodePorts(service, asArray(old.ports).map(asObject));
  if (before !== undefined && old.type !== 'ExternalName') {
    const kept = ADDRESS_FIELDS.filter((field) => spec[field] === undefined && old[field] !== undefined);
    return withSpec(service, { ...spec, ...ports, ...Object.fromEntries(kept.map((field) => [field, old[field]])) });
  }
  const headless = spec.clusterIP === 'None';
  const address = spec.clusterIP ?? addressOf(service);
  const dual = headless && spec.selector === undefined;
  return withSpec(service, {
    clusterIPs: [address],
    ipFamilies: dual ? ['IPv4', 'IPv6'] : ['IPv4'],
    ipFamilyPolicy: dual ? 'RequireDualStack' : 'SingleStack',
    ...spec,
    ...ports,
    clusterIP: address,
  });
}

const NODE_PORT_FIRST = 30_000;
const NODE_PORTS = 2_768;

/** The ports of a Service that the nodes serve; one keeps its number as long as it is there. */
function withNodePorts(service: KubeObject, before: readonly JsonObject[]): JsonObject {
  const spec = asObject(service.spec);
  if (!Array.isArray(spec.ports) || (spec.type !== 'NodePort' && spec.type !== 'LoadBalancer')) return {};
  if (spec.allocateLoadBalancerNodePorts === false) return {};
  const { namespace, name } = service.metadata;
  return {
    ports: spec.ports.map(asObject).map((port) => {
      if (port.nodePort !== undefined) return port;
      const old = before.find((each) => each.port === port.port && each.protocol === port.protocol)?.nodePort;
      const digest = createHash('sha256')
        .update(`${namespace}/${name}:${String(port.port)}/${String(port.protocol)}`)
        .digest();
      return { ...port, nodePort: old ?? NODE_PORT_FIRST + (digest.readUInt16BE() % NODE_PORTS) };
    }),
  };
}

function addressOf({ metadata }: KubeObject): string {
  const [a = 0, b = 0] = createHash('sha256').update(`${metadata.namespace}/${metadata.name}`).digest();
  return `10.96.${a}.${Math.max(1, b)}`;
}

const NOT_READY = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

function newPod(pod: KubeObject): KubeObject {
  const given = podSpec(asObject(pod.spec));
  const spec: JsonObject = {
    ...given,
    tolerations: [...asArray(given.tolerations), ...missingTolerations(asArray(given.tolerations))],
    priority: given.priority ?? 0,
    enableServiceLinks: given.enableServiceLinks ?? true,
    preemptionPolicy: given.preemptionPolicy ?? 'PreemptLowerPriority',
  };
  return { ...withSpec(pod, spec), status: { phase: 'Pending', qosClass: qosClass(spec) } };
}

function missingTolerations(given: readonly unknown[]): readonly JsonObject[] {
  const tolerated = given.map(asObject);
  return NOT_READY.filter(
    (key) => !tolerated.some((each) => (each.key === key || each.key === undefined) && each.effect !== 'NoSchedule'),
  ).map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
}

/** Requests follow limits; on the host's network a container's port is the host's. */
function podSpec(spec: JsonObject): JsonObject {
  const completed = (field: string): JsonObject =>
    Array.isArray(spec[field])
      ? { [field]: spec[field].map((item) => podContainer(asObject(item), spec.hostNetwork === true)) }
      : {};
  return { ...spec, ...completed('initContainers'), ...completed('containers') };
}

function podContainer(container: JsonObject, hostNetwork: boolean): JsonObject {
  const resources = asObject(container.resources);
  const limited = isJsonObject(resources.limits)
    ? { resources: { ...resources, requests: { ...resources.limits, ...asObject(resources.requests) } } }
    : {};
  const ports =
    hostNetwork && Array.isArray(container.ports)
      ? { ports: container.ports.map((port) => ({ hostPort: asObject(port).containerPort, ...asObject(port) })) }
      : {};
  return { ...container, ...limited, ...ports };
}

function qosClass(spec: JsonObject): string {
  const containers = [...asArray(spec.initContainers), ...asArray(spec.containers)].map((each) =>
    asObject(asObject(each).resources),
  );
  const compute = ['cpu', 'memory'];
  const has = (list: unknown): boolean => compute.some((name) => asObject(list)[name] !== undefined);
  if (!containers.some(({ limits, requests }) => has(limits) || has(requests))) return 'BestEffort';
  const guaranteed = containers.every(({ limits, requests }) =>
    compute.every((name) => {
      const limit = asObject(limits)[name];
      const request = asObject(requests)[name];
      return limit !== undefined && compareQuantities(String(limit), String(request)) === 0;
    }),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** A Job owns its Pods by labels made of its uid. */
function newJob(job: KubeObject): KubeObject {
  const spec = asObject(job.spec);
  const template = asObject(spec.template);
  const metadata = asObject(template.metadata);
  const { uid, name } = job.metadata;
  const manual = spec.manualSelector === true || uid === undefined;
  const owned = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  const labels = manual ? asObject(metadata.labels) : { ...asObject(metadata.labels), ...owned };
  const counted = spec.parallelism === undefined && spec.completions === undefined;
  const completed: JsonObject = {
    ...spec,
    parallelism: spec.parallelism ?? 1,
    ...(counted ? { completions: 1 } : {}),
    backoffLimit: spec.backoffLimit ?? 6,
    completionMode: spec.completionMode ?? 'NonIndexed',
    suspend: spec.suspend ?? false,
    manualSelector: spec.manualSelector ?? false,
    podReplacementPolicy:
      spec.podReplacementPolicy ?? (spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed'),
    ...(manual ? {} : { selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } } }),
    template: {
      ...template,
      metadata: Object.keys(labels).length === 0 ? metadata : { ...metadata, labels },
    },
  };
  const bare = job.metadata.labels === undefined && Object.keys(labels).length > 0;
  const own: KubeObject = bare
    ? { ...job, metadata: { ...job.metadata, labels: labels as Record<string, string> } }
    : job;
  return withSpec(own, completed);
}

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** An annotation that stands for a field of the first DaemonSets. */
function templateGeneration(daemonSet: KubeObject, before: KubeObject | undefined): KubeObject {
  const old = Number(before?.metadata.annotations?.[TEMPLATE_GENERATION] ?? 0);
  const same = before !== undefined && sameJson(asObject(before.spec).template, asObject(daemonSet.spec).template);
  const annotations = { ...daemonSet.metadata.annotations, [TEMPLATE_GENERATION]: String(same ? old : old + 1) };
  return { ...daemonSet, metadata: { ...daemonSet.metadata, annotations } };
}

function withClaimKinds(set: KubeObject): KubeObject {
  const spec = asObject(set.spec);
  if (!Array.isArray(spec.volumeClaimTemplates)) return set;
  const templates = spec.volumeClaimTemplates.map((claim) => ({
    ...asObject(claim),
    kind: 'PersistentVolumeClaim',
    apiVersion: 'v1',
  }));
  return withSpec(set, { ...spec, volumeClaimTemplates: templates });
}

function newNode(node: KubeObject): KubeObject {
  const key = 'node.kubernetes.io/not-ready';
  const taints = asArray(asObject(node.spec).taints);
  if (taints.some((taint) => asObject(taint).key === key)) return node;
  return withSpec(node, { ...node.spec, taints: [...taints, { key, effect: 'NoSchedule' }] });
}

function withSpec(object: KubeObject, spec: JsonObject): KubeObject {
  return { ...object, spec };
}
