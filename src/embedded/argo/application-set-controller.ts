import { REFRESH } from '../../domain/argo/annotations.ts';
import { applicationsOf } from '../../domain/argo/application-set.ts';
import type { GeneratorFiles } from '../../domain/argo/application-set-generators.ts';
import type { KubeObject } from '../../domain/kube-object.ts';
import { rfc3339 } from '../clock.ts';
import type { Controller } from '../controllers.ts';
import { parseQueueKey, queueKey } from '../flux/flux-context.ts';
import { WorkQueue } from '../flux/work-queue.ts';
import { asArray, asObject, asString, type JsonObject, sameJson } from '../json-value.ts';
import { type ArgoContext, argoResource, readArgo } from './argo-context.ts';
import { wordsOf } from './oci-artifact.ts';
import type { RepoServer } from './repo-server.ts';

const KIND = 'ApplicationSet';
const MANAGER = 'argocd-applicationset-controller';
const REQUEUE_MS = 180_000;
/** What the controller leaves on its Applications though the template has it not. */
const PRESERVED_ANNOTATIONS = [REFRESH, 'argocd.argoproj.io/hydrate'];
const PRESERVED_PREFIX = 'notified.notifications.argoproj.io';

/** Makes the Applications of ApplicationSets, and puts back what others change of their spec, labels and annotations. */
export function applicationSetController(context: ArgoContext, server: RepoServer): Controller {
  const { store } = context.access;
  const queue: WorkQueue = new WorkQueue(context.clock, 1, async (key) => {
    const { namespace, name } = parseQueueKey(key);
    const set = readArgo(context, KIND, namespace, name);
    if (set === undefined || set.metadata.deletionTimestamp !== undefined || context.signal.aborted) return;
    try {
      const wanted = await applicationsOf(set, (url, revision) => filesOf(server, url, revision));
      if (context.signal.aborted) return;
      for (const application of wanted) apply(context, set, application);
      removeOthers(context, set, wanted);
      writeConditions(context, set, undefined);
    } catch (error) {
      writeConditions(context, set, wordsOf(error));
    }
    queue.addAfter(key, REQUEUE_MS);
  });

  return {
    observe({ type, object, previous }) {
      if (object.kind === KIND) {
        const isNew = object.metadata.generation !== previous?.metadata.generation;
        const isAsked = object.metadata.annotations?.['argocd.argoproj.io/application-set-refresh'] !== undefined;
        if (type !== 'DELETED' && (isNew || isAsked)) queue.add(queueKey(object));
      } else if (object.kind === 'Application') {
        const owner = setOf(object);
        const isOwnChange = type !== 'DELETED' && previous !== undefined && sameShape(object, previous);
        if (owner !== undefined && !isOwnChange) queue.add(`${object.metadata.namespace ?? ''}/${owner}`);
      }
    },
    start() {
      for (const object of store.list(argoResource(context, KIND))) queue.add(queueKey(object));
    },
    stop: () => queue.stop(),
  };
}

/** Paths with their contents, as the repo-server has them. */
async function filesOf(server: RepoServer, url: string, revision: string): Promise<GeneratorFiles> {
  const files = await server.files(url, revision);
  return { paths: files.keys(), read: (path) => files.get(path)?.content ?? new Uint8Array() };
}

function apply(context: ArgoContext, set: KubeObject, wanted: KubeObject): void {
  const resource = argoResource(context, 'Application');
  const { namespace = '', name } = wanted.metadata;
  const live = context.access.store.read(resource, namespace, name);
  const options = { fieldManager: MANAGER };
  if (live === undefined) {
    context.access.store.create(resource, wanted, options);
    return;
  }
  const keep = asArray(asObject(set.spec?.preservedFields).annotations).map(String);
  const kept = Object.entries(live.metadata.annotations ?? {}).filter(
    ([key]) => PRESERVED_ANNOTATIONS.includes(key) || keep.includes(key) || key.startsWith(PRESERVED_PREFIX),
  );
  const { labels: _labels, annotations: _annotations, ...metadata } = live.metadata;
  const annotations = { ...wanted.metadata.annotations, ...Object.fromEntries(kept) };
  const next: KubeObject = {
    ...live,
    metadata: {
      ...metadata,
      ...(wanted.metadata.labels === undefined ? {} : { labels: wanted.metadata.labels }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ownerReferences: wanted.metadata.ownerReferences,
    },
    spec: wanted.spec ?? {},
  };
  context.access.store.update(resource, next, options);
}

function removeOthers(context: ArgoContext, set: KubeObject, wanted: readonly KubeObject[]): void {
  if (asString(asObject(set.spec?.syncPolicy).applicationsSync)?.includes('delete') === false) return;
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  const resource = argoResource(context, 'Application');
  for (const application of context.access.store.list(resource, set.metadata.namespace ?? '')) {
    if (setOf(application) !== set.metadata.name || names.has(application.metadata.name)) continue;
    context.access.store.remove(resource, application.metadata.namespace ?? '', application.metadata.name);
  }
}

function writeConditions(context: ArgoContext, set: KubeObject, error: string | undefined): void {
  const resource = argoResource(context, KIND);
  const { namespace = '', name } = set.metadata;
  const live = context.access.store.read(resource, namespace, name);
  if (live === undefined) return;
  const known = asArray(asObject(live.status).conditions).map(asObject);
  const condition = (type: string, isTrue: boolean, reason: string, message: string): JsonObject => {
    const next = { type, status: isTrue ? 'True' : 'False', reason, message };
    const before = known.find((each) => each.type === type && each.status === next.status && each.message === message);
    return before ?? { ...next, lastTransitionTime: rfc3339(context.clock.now()) };
  };
  const failed = error !== undefined;
  const done = 'All applications have been generated successfully';
  const conditions = [
    condition(
      'ErrorOccurred',
      failed,
      failed ? 'ApplicationGenerationFromParamsError' : 'ApplicationSetUpToDate',
      error ?? done,
    ),
    condition(
      'ParametersGenerated',
      !failed,
      failed ? 'ErrorOccurred' : 'ParametersGenerated',
      error ?? 'Successfully generated parameters for all Applications',
    ),
    condition('ResourcesUpToDate', !failed, failed ? 'ErrorOccurred' : 'ApplicationSetUpToDate', error ?? done),
  ];
  if (sameJson(known, conditions)) return;
  const status = { ...asObject(live.status), conditions };
  context.access.patch(
    resource,
    namespace,
    name,
    'merge',
    { status },
    { subresource: 'status', fieldManager: MANAGER },
  );
}

function setOf({ metadata }: KubeObject): string | undefined {
  const owner = asArray(metadata.ownerReferences)
    .map(asObject)
    .find(({ kind }) => kind === KIND);
  return asString(owner?.name);
}

/** What the controller's predicate looks at; status and operation are none of its business. */
function sameShape(object: KubeObject, previous: KubeObject): boolean {
  const shape = ({ metadata, spec }: KubeObject): unknown =>
    [metadata.annotations, metadata.labels, metadata.finalizers, spec].map((each) => each ?? {});
  return sameJson(shape(object), shape(previous));
}
