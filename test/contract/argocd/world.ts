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

/** One test's own namespace, repository and Applications. */
export class ArgoWorld {
  readonly subject: ArgoSubject;
  readonly namespace = `n${randomUUID().slice(0, 8)}`;
  readonly url: string;
  readonly #states: KubeObject[] = [];
  readonly #stop: () => void;

  constructor(subject: ArgoSubject) {
    this.subject = subject;
    this.url = `oci://${subject.registry.host}/${this.namespace}`;
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
  async open(
    repository: Readonly<Record<string, string>> = { type: 'oci', insecureOCIForceHttp: 'true' },
  ): Promise<void> {
    await this.create('Namespace', undefined, { metadata: { name: this.namespace } });
    await this.create('Secret', 'argocd', {
      metadata: { name: this.namespace, labels: { 'argocd.argoproj.io/secret-type': 'repository' } },
      stringData: { url: this.url, ...repository },
    });
  }

  close(): void {
    this.#stop();
  }

  /** Returns the manifest's digest. */
  push(files: Readonly<Record<string, string>>, tag = 'dev'): Promise<string> {
    return pushFiles(this.subject.registry, this.namespace, files, tag);
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
    return eventually(`${name} being as wanted: ${accept}`, async () => {
      const last = this.#statesOf(name, namespace).at(-1);
      return last !== undefined && accept(last) ? last : undefined;
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

  synced(name: string, revision: string): Promise<KubeObject> {
    return this.until(name, (application) => {
      const { sync } = statusOf(application);
      return sync?.status === 'Synced' && sync.revision === revision && application.operation === undefined;
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
