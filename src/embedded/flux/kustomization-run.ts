import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, asString } from '../json-value.ts';
import { type FluxContext, readObject, writeStatus } from './flux-context.ts';
import { conditionOf, durationMs, goDuration, namespaceOf, referenceOf } from './flux-object.ts';
import { type HealthSubject, waitForHealth } from './health-check.ts';
import type { KustomizeBuilder } from './kustomize-build.ts';
import {
  applyObjects,
  findEntry,
  type InventoryEntry,
  inventoryOf,
  pruneObjects,
  type UnknownKinds,
} from './object-apply.ts';
import { substituteVariables } from './post-build.ts';

/** What Flux assumes where a Kustomization has no interval. */
export const INTERVAL_MS = 300_000;

export interface KustomizeControllerOptions {
  readonly workers: number;
  readonly builder: KustomizeBuilder;
  readonly dependencyRequeueMs: number;
  readonly healthPollMs: number;
  readonly unknownKinds: UnknownKinds;
  readonly rewrite: (object: KubeObject) => KubeObject | undefined;
  readonly signal: AbortSignal;
}

/** A failed step, with the reason that the Ready condition carries. */
export class ReconcileError extends Error {
  readonly reason: string;
  constructor(reason: string, error: unknown) {
    super(error instanceof Error ? error.message : String(error), { cause: error });
    this.reason = reason;
  }
}

/** One reconcile of one revision, from progressing to ready. */
export class KustomizationRun {
  readonly #context: FluxContext;
  readonly #options: KustomizeControllerOptions;
  readonly #revision: string;
  readonly #url: string;
  readonly #timeoutMs: number;
  #object: KubeObject;

  constructor(
    context: FluxContext,
    options: KustomizeControllerOptions,
    object: KubeObject,
    artifact: { readonly revision: string; readonly url: string },
  ) {
    this.#context = context;
    this.#options = options;
    this.#object = object;
    this.#revision = artifact.revision;
    this.#url = artifact.url;
    const interval = durationMs(object.spec?.interval, INTERVAL_MS);
    this.#timeoutMs = durationMs(object.spec?.timeout, Math.max(interval - 30_000, 30_000));
  }

  async perform(): Promise<void> {
    this.#progress('Fetching manifests', {}, true);
    const objects = await this.#build();
    this.#progress('Detecting drift');
    const inventory = await this.#apply(objects);
    await this.#checkHealth(inventory);
    const conditions = [
      {
        type: 'Ready',
        status: 'True',
        reason: 'ReconciliationSucceeded',
        message: `Applied revision: ${this.#revision}`,
      },
    ] as const;
    writeStatus(this.#context, this.#object, {
      conditions,
      removed: ['Reconciling'],
      fields: { lastAppliedRevision: this.#revision, observedGeneration: this.#object.metadata.generation },
      handled: true,
    });
  }

  fail(failure: ReconcileError): void {
    const { reason, message } = failure;
    const unhealthy = { type: 'Healthy', status: 'False', reason, message } as const;
    writeStatus(this.#context, this.#object, {
      conditions: [
        {
          type: 'Reconciling',
          status: 'True',
          reason: 'ProgressingWithRetry',
          message: conditionOf(this.#object, 'Reconciling')?.message ?? '',
        },
        { type: 'Ready', status: 'False', reason, message },
        ...(reason === 'HealthCheckFailed' ? [unhealthy] : []),
      ],
      handled: true,
    });
  }

  #progress(step: string, fields: Readonly<Record<string, unknown>> = {}, first = false): void {
    const message = `${step} for revision ${this.#revision} with a timeout of ${goDuration(this.#timeoutMs)}`;
    const written = writeStatus(this.#context, this.#object, {
      conditions: [
        ...(first
          ? [
              {
                type: 'Ready',
                status: 'Unknown',
                reason: 'Progressing',
                message: 'Reconciliation in progress',
              } as const,
            ]
          : []),
        { type: 'Reconciling', status: 'True', reason: 'Progressing', message },
      ],
      fields,
    });
    this.#object = written ?? this.#object;
  }

  async #build(): Promise<readonly KubeObject[]> {
    const { builder } = this.#options;
    const files = await this.#context.storage.fetch(this.#url).catch((error: unknown) => {
      throw new ReconcileError('ArtifactFailed', error);
    });
    const spec = this.#object.spec ?? {};
    // The path is looked at before the build is announced: a missing one leaves lastAttemptedRevision as it was.
    try {
      builder.locate(files, spec);
    } catch (error) {
      throw new ReconcileError('ArtifactFailed', error);
    }
    this.#progress('Building manifests', { lastAttemptedRevision: this.#revision });
    try {
      await this.#context.stage('build', this.#object);
      const objects = await builder.build(files, spec);
      return this.#substituted(this.#labelled(objects));
    } catch (error) {
      throw new ReconcileError('BuildFailed', error);
    }
  }

  #labelled(objects: readonly KubeObject[]): readonly KubeObject[] {
    const common = asObject(this.#object.spec?.commonMetadata);
    if (Object.keys(common).length === 0) return objects;
    const labels = asObject(common.labels) as Record<string, string>;
    const annotations = asObject(common.annotations) as Record<string, string>;
    return objects.map((object) => ({
      ...object,
      metadata: {
        ...object.metadata,
        labels: { ...object.metadata.labels, ...labels },
        annotations: { ...object.metadata.annotations, ...annotations },
      },
    }));
  }

  #substituted(objects: readonly KubeObject[]): readonly KubeObject[] {
    const postBuild = asObject(this.#object.spec?.postBuild);
    if (Object.keys(postBuild).length === 0) return objects;
    const variables = new Map<string, string>();
    for (const reference of asArray(postBuild.substituteFrom).map(asObject)) {
      const kind = asString(reference.kind) ?? '';
      const name = asString(reference.name) ?? '';
      const found = readObject(this.#context, kind, namespaceOf(this.#object), name);
      if (found === undefined) {
        if (reference.optional === true) continue;
        throw new Error(
          `post build failed for '${name}': substitute from '${kind}/${name}' error: ${kind.toLowerCase()}s "${name}" not found`,
        );
      }
      for (const [key, value] of Object.entries(asObject(found.data))) {
        variables.set(key, kind === 'Secret' ? Buffer.from(String(value), 'base64').toString() : String(value));
      }
      for (const [key, value] of Object.entries(asObject(found.stringData))) variables.set(key, String(value));
    }
    for (const [key, value] of Object.entries(asObject(postBuild.substitute))) variables.set(key, String(value));
    return objects.map((object) => substituteVariables(object, variables));
  }

  async #apply(objects: readonly KubeObject[]): Promise<readonly InventoryEntry[]> {
    const before = inventoryOf(this.#object);
    let inventory: readonly InventoryEntry[];
    try {
      await this.#context.stage('apply', this.#object);
      const rewritten = objects.flatMap((object) => this.#options.rewrite(object) ?? []);
      inventory = applyObjects(this.#context, this.#object, rewritten, this.#options.unknownKinds);
    } catch (error) {
      throw new ReconcileError('ReconciliationFailed', error);
    }
    this.#object = { ...this.#object, status: { ...this.#object.status, inventory: { entries: inventory } } };
    if (this.#object.spec?.prune === true) {
      try {
        pruneObjects(this.#context, this.#object, before, inventory);
      } catch (error) {
        throw new ReconcileError('PruneFailed', error);
      }
    }
    return inventory;
  }

  async #checkHealth(inventory: readonly InventoryEntry[]): Promise<void> {
    const subjects = this.#healthSubjects(inventory);
    try {
      if (subjects.length > 0) this.#progress('Running health checks');
      await this.#context.stage('health', this.#object);
      const { healthPollMs, signal } = this.#options;
      await waitForHealth(this.#context, subjects, this.#timeoutMs, healthPollMs, signal);
    } catch (error) {
      throw new ReconcileError('HealthCheckFailed', error);
    }
    if (subjects.length === 0) return;
    const written = writeStatus(this.#context, this.#object, {
      conditions: [{ type: 'Healthy', status: 'True', reason: 'Succeeded', message: 'Health check passed' }],
    });
    this.#object = written ?? this.#object;
  }

  #healthSubjects(inventory: readonly InventoryEntry[]): readonly HealthSubject[] {
    const { wait, healthChecks } = this.#object.spec ?? {};
    if (wait !== true) return asArray(healthChecks).map((check) => referenceOf(check, this.#object));
    return inventory.flatMap(({ id }) => {
      const object = findEntry(this.#context, id)?.object;
      return object === undefined
        ? []
        : [{ kind: object.kind, namespace: namespaceOf(object), name: object.metadata.name }];
    });
  }
}
