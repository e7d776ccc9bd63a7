import { randomUUID } from 'node:crypto';
import { wallClock } from '../../../src/cluster/clock.ts';
import { listWatch } from '../../../src/cluster/list-watch.ts';
import type { KubeObject } from '../../../src/domain/kube-object.ts';
import { eventually } from '../../e2e/real/eventually.ts';
import { pushFiles } from '../../embedded/push-files.ts';
import type { ArgoSubject } from './subject.ts';

const KINDS: Readonly<Record<string, { readonly group: string; readonly version: string; readonly plural: string }>> = {
  Application: { group: 'argoproj.io', version: 'v1alpha1', plural: 'applications' },
  ApplicationSet: { group: 'argoproj.io', version: 'v1alpha1', plural: 'applicationsets' },
  AppProject: { group: 'argoproj.io', version: 'v1alpha1', plural: 'appprojects' },
  ConfigMap: { group: '', version: 'v1', plural: 'configmaps' },
  Secret: { group: '', version: 'v1', plural: 'secrets' },
  Namespace: { group: '', version: 'v1', plural: 'namespaces' },
  Deployment: { group: 'apps', version: 'v1', plural: 'deployments' },
};

const REFRESH_NORMAL = { 'argocd.argoproj.io/refresh': 'normal' };

/** One test's own namespace, repository and Applications. */
export class ArgoWorld {
  readonly subject: ArgoSubject;
  readonly namespace = `n${randomUUID().slice(0, 8)}`;
  /** In the registry. */
  readonly repository: string;
  readonly url: string;
  readonly #access: Readonly<Record<string, string>> | undefined;
  readonly #states: KubeObject[] = [];
  readonly #stop: () => void;

  /** `access`: what the Secret of the repository says, where that is not just that it speaks plain HTTP. */
  constructor(subject: ArgoSubject, access?: Readonly<Record<string, string>>) {
    this.subject = subject;
    const known = access === undefined ? subject.takeRepository() : undefined;
    this.repository = known ?? this.namespace;
    this.#access = known === undefined ? (access ?? { type: 'oci', insecureOCIForceHttp: 'true' }) : undefined;
    this.url = `oci://${subject.registry.host}/${this.repository}`;
    this.#stop = listWatch({
      client: subject.client,
      resource: kindOf('Application'),
      clock: wallClock,
      onEvent: (notice) => {
        if (notice.type === 'added' || notice.type === 'updated') this.#states.push(notice.object);
      },
    }).stop;
  }

  /** Gives Argo CD its way to the registry, and the test its namespace. */
  async open(): Promise<void> {
    await this.create('Namespace', undefined, { metadata: { name: this.namespace } });
    if (this.#access === undefined) return;
    await this.create('Secret', 'argocd', {
      metadata: { name: this.namespace, labels: { 'argocd.argoproj.io/secret-type': 'repository' } },
      stringData: { url: this.url, ...this.#access },
    });
  }

  close(): void {
    this.#stop();
  }

  /** Returns the manifest's digest. */
  push(files: Readonly<Record<string, string>>, tag = 'dev'): Promise<string> {
    return pushFiles(this.subject.registry, this.repository, files, tag);
  }

  configMap(name: string, value = 'one', metadata = ''): string {
    return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${metadata}data:\n  value: "${value}"\n`;
  }

  /** An Application with automated sync, prune and self-heal, named after the test's namespace and `name`. */
  async application(
    name: string,
    spec: Record<string, unknown> = {},
    metadata: Record<string, unknown> = {},
  ): Promise<void> {
    const { source = {}, ...rest } = spec;
    const { namespace = 'argocd', ...others } = metadata;
    await this.create('Application', String(namespace), {
      metadata: { name: this.id(name), ...others },
      spec: {
        project: 'default',
        source: { repoURL: this.url, targetRevision: 'dev', path: name, ...(source as object) },
        destination: { server: 'https://kubernetes.default.svc', namespace: this.namespace },
        syncPolicy: { automated: { prune: true, selfHeal: true } },
        ...rest,
      },
    });
  }

  id(name: string): string {
    return `${this.namespace}-${name}`;
  }

  async create(kind: string, namespace: string | undefined, body: Record<string, unknown>): Promise<void> {
    const { group, version, plural } = kindOf(kind);
    const prefix = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const path = namespace === undefined ? `${prefix}/${plural}` : `${prefix}/namespaces/${namespace}/${plural}`;
    const apiVersion = group === '' ? version : `${group}/${version}`;
    await this.subject.client.request({ method: 'POST', path, body: { apiVersion, kind, ...body } });
  }

  patch(kind: string, name: string, body: unknown, namespace = this.#home(kind)): Promise<KubeObject> {
    return this.subject.client.patch({ ...kindOf(kind), namespace, name }, body);
  }

  refresh(name: string, how: 'normal' | 'hard' = 'normal'): Promise<KubeObject> {
    return this.patch('Application', this.id(name), {
      metadata: { annotations: { 'argocd.argoproj.io/refresh': how } },
    });
  }

  async get(kind: string, name: string, namespace = this.#home(kind)): Promise<KubeObject | undefined> {
    return this.subject.client.get({ ...kindOf(kind), namespace, name }).catch(() => undefined);
  }

  async remove(kind: string, name: string, namespace = this.#home(kind)): Promise<void> {
    const { group, version, plural } = kindOf(kind);
    const prefix = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    await this.subject.client.request({
      method: 'DELETE',
      path: `${prefix}/namespaces/${namespace}/${plural}/${name}`,
    });
  }

  /** The value in a ConfigMap of the test's namespace. */
  async value(name: string): Promise<unknown> {
    const found = await this.get('ConfigMap', name);
    return found === undefined ? undefined : (found.data as Record<string, unknown>).value;
  }

  /** The newest state of the Application, once it is as wanted. */
  until(name: string, accept: (application: KubeObject) => boolean, namespace = 'argocd'): Promise<KubeObject> {
    return eventually(
      `${name} being as wanted: ${accept}`,
      async () => {
        const last = this.#statesOf(name, namespace).at(-1);
        return last !== undefined && accept(last) ? last : undefined;
      },
      () => JSON.stringify(this.#statesOf(name, namespace).at(-1)?.status),
    );
  }

  /** As `until`, with a project that was just made: the real one may not have it in its cache yet, and is asked anew while it says so. */
  untilInProject(
    name: string,
    accept: (application: KubeObject) => boolean,
    namespace = 'argocd',
  ): Promise<KubeObject> {
    return eventually(`${name} being as wanted: ${accept}`, async () => {
      const application = await this.get('Application', this.id(name), namespace);
      if (application === undefined || accept(application)) return application;
      if (conditionOf(application, 'InvalidSpecError')?.includes('which does not exist')) {
        await this.patch('Application', this.id(name), { metadata: { annotations: REFRESH_NORMAL } }, namespace);
      }
      return undefined;
    });
  }

  /** The first state that is as wanted, also when it has gone on since. */
  seen(name: string, accept: (application: KubeObject) => boolean): Promise<KubeObject> {
    return eventually(`${name} having been as wanted: ${accept}`, async () =>
      this.#statesOf(name, 'argocd').find(accept),
    );
  }

  #statesOf(name: string, namespace: string): readonly KubeObject[] {
    return this.#states.filter(({ metadata }) => metadata.name === this.id(name) && metadata.namespace === namespace);
  }

  /** Synced at that revision, as of a comparison after the end of its last sync. */
  synced(name: string, revision: string): Promise<KubeObject> {
    return this.until(name, (application) => {
      const { sync, reconciledAt = '', operationState } = statusOf(application);
      const isThere = sync?.status === 'Synced' && sync.revision === revision && application.operation === undefined;
      return isThere && reconciledAt >= (operationState?.finishedAt ?? '');
    });
  }

  /** What was seen of the Application, as `operation phase sync@revision health refresh`, each once in a row. */
  trail(name: string, names: Readonly<Record<string, string>>): string[] {
    const shown = this.#states
      .filter(({ metadata }) => metadata.name === this.id(name))
      .map((state) => shownState(state, names));
    return shown.filter((text, index) => text !== shown[index - 1]);
  }

  #home(kind: string): string {
    return kindOf(kind).group === 'argoproj.io' ? 'argocd' : this.namespace;
  }
}

export interface ApplicationStatus {
  readonly sync?: { readonly status?: string; readonly revision?: string; readonly revisions?: readonly string[] };
  readonly health?: { readonly status?: string; readonly message?: string };
  readonly operationState?: {
    readonly phase?: string;
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
    readonly retryCount?: number;
    readonly syncResult?: { readonly revision?: string; readonly resources?: readonly Record<string, string>[] };
  };
  readonly reconciledAt?: string;
  readonly sourceType?: string;
  readonly conditions?: readonly { readonly type: string; readonly message: string }[];
  readonly resources?: readonly Record<string, unknown>[];
  readonly history?: readonly { readonly id: number; readonly revision: string }[];
}

export function statusOf(application: KubeObject | undefined): ApplicationStatus {
  return (application?.status ?? {}) as ApplicationStatus;
}

export function conditionOf(application: KubeObject, type: string): string | undefined {
  return statusOf(application).conditions?.find((condition) => condition.type === type)?.message;
}

function kindOf(kind: string) {
  const found = KINDS[kind];
  if (found === undefined) throw new Error(`no kind ${kind}`);
  return found;
}

function shownState(application: KubeObject, names: Readonly<Record<string, string>>): string {
  const { sync, health, operationState } = statusOf(application);
  const revision = sync?.revision === undefined ? '' : `@${names[sync.revision] ?? sync.revision}`;
  return [
    application.operation === undefined ? [] : ['operation'],
    operationState?.phase ?? [],
    sync?.status === undefined ? [] : [`${sync.status}${revision}`],
    health?.status ?? [],
    application.metadata.annotations?.['argocd.argoproj.io/refresh'] === undefined ? [] : ['refresh'],
  ]
    .flat()
    .join(' ');
}
