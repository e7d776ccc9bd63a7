import type { KubeObject } from '../../domain/kube-object.ts';
import { delay } from '../flux/health-check.ts';
import type { JsonObject } from '../json-value.ts';
import { ensureNamespace } from '../store/cluster-objects.ts';
import { destinationNamespace, hasOption, SYNC_OPTIONS } from './application-spec.ts';
import type { ArgoContext } from './argo-context.ts';
import { type ComparedObject, type Comparison, FIELD_MANAGER, isKeptFromPruning } from './comparison.ts';
import { wordsOf } from './oci-artifact.ts';
import { resourceHealth } from './resource-health.ts';
import { type SyncTask, syncTasks } from './sync-tasks.ts';

export interface SyncOutcome {
  readonly phase: 'Succeeded' | 'Failed';
  readonly message: string;
  /** `syncResult.resources` */
  readonly resources: readonly JsonObject[];
}

export interface SyncSettings {
  readonly prune: boolean;
  readonly options: readonly string[];
  /** Only these are synced (self-heal, or `sync.resources`); undefined: all. */
  readonly only: ((object: ComparedObject) => boolean) | undefined;
}

const HEALTH_POLL_MS = 1_000;

/** Applies and prunes what a comparison found, phase by phase and wave by wave; a wave that others follow has to be healthy first. */
export class SyncRun {
  readonly #context: ArgoContext;
  readonly #application: KubeObject;
  readonly #settings: SyncSettings;
  readonly #results: JsonObject[] = [];
  /** Told of each health that is waited for. */
  readonly #report: (message: string) => void;

  constructor(
    context: ArgoContext,
    application: KubeObject,
    settings: SyncSettings,
    report: (message: string) => void,
  ) {
    this.#context = context;
    this.#application = application;
    this.#settings = settings;
    this.#report = report;
  }

  async perform(comparison: Comparison): Promise<SyncOutcome> {
    const { options, only = () => true } = this.#settings;
    const groups = syncTasks(comparison, { isPruneLast: options.includes('PruneLast=true'), only });
    const unknown = groups.flat().filter(({ target, object }) => target !== undefined && object.resource === undefined);
    for (const { object } of unknown) this.#note(object, 'SyncFailed', missingKind(object));
    if (unknown.length > 0) return this.#outcome('Failed', 'one or more synchronization tasks are not valid');
    this.#createNamespace();
    for (const [index, group] of groups.entries()) {
      const failures = group.flatMap((task) => this.#run(task) ?? []);
      if (failures.length > 0)
        return this.#outcome('Failed', `one or more objects failed to apply, reason: ${failures.join(',')}`);
      const waits = index < groups.length - 1 ? group : group.filter(({ isHook }) => isHook);
      const unhealthy = await this.#waitForHealth(waits);
      if (unhealthy) return this.#outcome('Failed', 'one or more synchronization tasks completed unsuccessfully');
    }
    const isRun = groups.length > 0;
    return this.#outcome('Succeeded', `successfully synced (${isRun ? 'all tasks run' : 'no more tasks'})`);
  }

  #outcome(phase: SyncOutcome['phase'], message: string): SyncOutcome {
    return { phase, message, resources: this.#results };
  }

  #createNamespace(): void {
    const namespace = destinationNamespace(this.#application);
    if (namespace === '' || !this.#settings.options.includes('CreateNamespace=true')) return;
    ensureNamespace(this.#context.access.store, namespace);
  }

  /** Returns why it failed. */
  #run({ target, object }: SyncTask): string | undefined {
    return target === undefined ? this.#prune(object) : this.#apply(object, target);
  }

  #apply(object: ComparedObject, target: KubeObject): string | undefined {
    const { resource, live, name, namespace } = object;
    if (resource === undefined) return missingKind(object);
    const { status: _, ...fields } = target;
    try {
      const options = { fieldManager: FIELD_MANAGER, force: true };
      if (hasOption(target, SYNC_OPTIONS, 'Replace=true') && live !== undefined) {
        this.#context.access.store.remove(resource, namespace, name);
      }
      const applied = this.#context.access.patch(resource, namespace, name, 'apply', fields, options).object;
      const isSame = applied.metadata.resourceVersion === live?.metadata.resourceVersion;
      const action = live === undefined ? 'created' : isSame ? 'unchanged' : 'configured';
      this.#note(
        object,
        'Synced',
        `${resource.singular}${object.group === '' ? '' : `.${object.group}`}/${name} ${action}`,
      );
      return undefined;
    } catch (error) {
      this.#note(object, 'SyncFailed', wordsOf(error));
      return wordsOf(error);
    }
  }

  #prune(object: ComparedObject): string | undefined {
    const { resource, live, name, namespace } = object;
    if (resource === undefined || live === undefined) return undefined;
    if (!this.#settings.prune) this.#note(object, 'PruneSkipped', 'ignored (requires pruning)');
    else if (isKeptFromPruning(live)) this.#note(object, 'PruneSkipped', 'ignored (no prune)');
    else {
      try {
        this.#context.access.store.remove(resource, namespace, name, { propagationPolicy: 'Foreground' });
        this.#note(object, 'Pruned', 'pruned');
      } catch (error) {
        this.#note(object, 'SyncFailed', `failed to delete resource: ${wordsOf(error)}`);
        return wordsOf(error);
      }
    }
    return undefined;
  }

  /** True when something of it is Degraded. */
  async #waitForHealth(tasks: readonly SyncTask[]): Promise<boolean> {
    for (;;) {
      const healths = tasks.flatMap(({ target, object: { resource, namespace, name, group, kind } }) => {
        const live =
          resource === undefined || target === undefined
            ? undefined
            : this.#context.access.store.read(resource, namespace, name);
        const health = live === undefined ? undefined : resourceHealth(live, this.#context.unreportedHealth);
        return health === undefined ? [] : [{ status: health.status, name: `${group}/${kind}/${name}` }];
      });
      if (healths.some(({ status }) => status === 'Degraded')) return true;
      const waiting = healths.find(({ status }) => status === 'Progressing');
      if (waiting === undefined) return false;
      this.#report(`waiting for healthy state of ${waiting.name}`);
      await delay(this.#context, HEALTH_POLL_MS, this.#context.signal);
    }
  }

  #note({ group, version, kind, namespace, name }: ComparedObject, status: string, message: string): void {
    const hookPhase = status === 'SyncFailed' ? 'Failed' : status === 'Synced' ? 'Running' : 'Succeeded';
    this.#results.push({ group, version, kind, namespace, name, status, message, hookPhase, syncPhase: 'Sync' });
  }
}

function missingKind({ group, kind, namespace, name }: ComparedObject): string {
  return `The Kubernetes API could not find ${group}/${kind} for requested resource ${namespace}/${name}. Make sure the "${kind}" CRD is installed on the destination cluster.`;
}
