import { type ObjectIdentity, parseInventoryId } from '../../domain/inventory-id.ts';
import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, asString, type JsonObject } from '../json-value.ts';
import { splitApiVersion } from '../store/resource-registry.ts';
import { sha256 } from './archive.ts';
import type { FluxContext } from './flux-context.ts';
import { artifactOf, durationMs, goDuration, referenceOf } from './flux-object.ts';
import { type UnreportedHealth, waitForHealth } from './health-check.ts';
import { inventoryOf } from './inventory.ts';
import type { KustomizeBuilder } from './kustomize-build.ts';
import { type AppliedObject, applyObjects } from './object-apply.ts';
import { postBuilt } from './post-build.ts';
import { pruneObjects } from './prune.ts';
import { withSnapshot } from './reconcile-history.ts';
import type { SerialStatus } from './serial-status.ts';
import type { UnknownKinds } from './unknown-kinds.ts';

/** What Flux assumes where a Kustomization has no interval. */
export const INTERVAL_MS = 300_000;

/** A shorter `spec.timeout` counts as this. */
const TIMEOUT_MS_MIN = 30_000;

const ORIGIN_REVISION = 'org.opencontainers.image.revision';

export interface KustomizeControllerOptions {
  readonly workers: number;
  readonly builder: KustomizeBuilder;
  readonly dependencyRequeueMs: number;
  readonly healthPollMs: number;
  readonly unreportedHealth: UnreportedHealth;
  readonly unknownKinds: UnknownKinds;
  readonly rewrite: (object: KubeObject) => KubeObject | undefined;
  readonly signal: AbortSignal;
}

/** A failed step, with the reason that the Ready condition carries. */
export class ReconcileError extends Error {
  readonly reason: string;
  constructor(reason: string, error: unknown, message = error instanceof Error ? error.message : String(error)) {
    super(message, { cause: error });
    this.reason = reason;
  }
}

/** One reconcile of one revision, from progressing to ready. Throws ReconcileError. */
export class KustomizationRun {
  readonly #context: FluxContext;
  readonly #options: KustomizeControllerOptions;
  readonly #status: SerialStatus<void>;
  readonly #source: KubeObject;
  readonly #revision: string;
  readonly #timeoutMs: number;
  readonly #startedAtMs: number;

  constructor(
    context: FluxContext,
    options: KustomizeControllerOptions,
    status: SerialStatus<void>,
    source: KubeObject,
  ) {
    this.#context = context;
    this.#options = options;
    this.#status = status;
    this.#source = source;
    this.#revision = artifactOf(source)?.revision ?? '';
    this.#startedAtMs = context.clock.now();
    const { spec } = status.object;
    const interval = durationMs(spec?.interval, INTERVAL_MS);
    this.#timeoutMs = Math.max(durationMs(spec?.timeout, interval - TIMEOUT_MS_MIN), TIMEOUT_MS_MIN);
  }

  async perform(): Promise<void> {
    this.#status.change({
      conditions: [{ type: 'Ready', status: 'Unknown', reason: 'Progressing', message: 'Reconciliation in progress' }],
    });
    this.#progress('Fetching manifests');
    const objects = await this.#build();
    const digest = sha256(JSON.stringify(objects));
    this.#progress('Detecting drift');
    try {
      const applied = await this.#apply(objects);
      this.#prune(applied);
      await this.#checkHealth(applied);
    } catch (error) {
      const failure = error instanceof ReconcileError ? error : new ReconcileError('ReconciliationFailed', error);
      this.#remember(digest, failure.reason);
      throw failure;
    }
    const reason = 'ReconciliationSucceeded';
    const message = `Applied revision: ${this.#revision}`;
    this.#status.change({
      conditions: [{ type: 'Ready', status: 'True', reason, message }],
      fields: { lastAppliedRevision: this.#revision, lastAppliedOriginRevision: this.#originRevision },
    });
    this.#remember(digest, reason);
  }

  get #spec(): JsonObject {
    return this.#status.object.spec ?? {};
  }

  get #originRevision(): string | undefined {
    const artifact = asObject(this.#source.status?.artifact);
    return asString(asObject(artifact.metadata)[ORIGIN_REVISION]);
  }

  #progress(step: string): void {
    const message = this.#stepMessage(step);
    this.#status.change({
      conditions: [{ type: 'Reconciling', status: 'True', reason: 'Progressing', message }],
      removed: ['Stalled'],
    });
    this.#status.write();
  }

  #stepMessage(step: string): string {
    return `${step} for revision ${this.#revision} with a timeout of ${goDuration(this.#timeoutMs)}`;
  }

  #remember(digest: string, reason: string): void {
    const history = withSnapshot(this.#status.object, {
      digest,
      reason,
      revision: this.#revision,
      originRevision: this.#originRevision,
      startedAtMs: this.#startedAtMs,
      endedAtMs: this.#context.clock.now(),
    });
    this.#status.change({ fields: { history } });
  }

  async #build(): Promise<readonly KubeObject[]> {
    const { builder } = this.#options;
    const { url = '', digest = '' } = artifactOf(this.#source) ?? {};
    const files = await this.#context.storage.fetch(url, digest).catch((error: unknown) => {
      throw new ReconcileError('ArtifactFailed', error);
    });
    // The path is looked at before the build is announced: a missing one leaves lastAttemptedRevision as it was.
    try {
      builder.locate(files, this.#spec);
    } catch (error) {
      throw new ReconcileError('ArtifactFailed', error);
    }
    this.#status.change({ fields: { lastAttemptedRevision: this.#revision } });
    this.#progress('Building manifests');
    try {
      await this.#context.stage('build', this.#status.object);
      const objects = await builder.build(files, this.#spec);
      return postBuilt(this.#context, this.#status.object, objects);
    } catch (error) {
      throw new ReconcileError('BuildFailed', error);
    }
  }

  async #apply(objects: readonly KubeObject[]): Promise<readonly AppliedObject[]> {
    await this.#context.stage('apply', this.#status.object);
    const rewritten = objects.flatMap((object) => this.#options.rewrite(object) ?? []);
    return applyObjects(this.#context, this.#status.object, rewritten, this.#options.unknownKinds);
  }

  /** What is left alone is no part of the inventory, and is not pruned either. */
  #prune(applied: readonly AppliedObject[]): void {
    const before = inventoryOf(this.#status.object);
    const entries = applied.filter(({ action }) => action !== 'skipped').map(({ entry }) => entry);
    this.#status.change({ fields: { inventory: { entries } } });
    if (this.#spec.prune !== true) return;
    const built = new Set(applied.map(({ entry }) => entry.id));
    try {
      const stale = before.filter(({ id }) => !built.has(id));
      pruneObjects(this.#context, this.#status.object, stale);
    } catch (error) {
      throw new ReconcileError('PruneFailed', error);
    }
  }

  async #checkHealth(applied: readonly AppliedObject[]): Promise<void> {
    const { healthPollMs: pollMs, unreportedHealth: unreported, signal } = this.#options;
    const subjects = this.#healthSubjects(applied);
    if (subjects.length === 0) this.#status.change({ removed: ['Healthy'] });
    else {
      const message = this.#stepMessage('Running health checks');
      this.#status.change({
        conditions: [{ type: 'Healthy', status: 'Unknown', reason: 'Progressing', message }],
      });
      this.#progress('Running health checks');
    }
    const startedAtMs = this.#context.clock.now();
    const elapsed = (): string => goDuration(this.#context.clock.now() - startedAtMs);
    try {
      await this.#context.stage('health', this.#status.object);
      await waitForHealth(this.#context, { subjects, timeoutMs: this.#timeoutMs, pollMs, unreported, signal });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const reason = 'HealthCheckFailed';
      this.#status.change({ conditions: [{ type: 'Healthy', status: 'False', reason, message }] });
      throw new ReconcileError(reason, error, `health check failed after ${elapsed()}: ${message}`);
    }
    if (subjects.length === 0) return;
    const message = `Health check passed in ${elapsed()}`;
    this.#status.change({ conditions: [{ type: 'Healthy', status: 'True', reason: 'Succeeded', message }] });
    this.#status.write();
  }

  #healthSubjects(applied: readonly AppliedObject[]): readonly ObjectIdentity[] {
    const { object } = this.#status;
    const { wait, healthChecks } = this.#spec;
    const subjects =
      wait === true
        ? applied.filter(({ action }) => action !== 'skipped').map(({ entry }) => parseInventoryId(entry.id))
        : asArray(healthChecks).map((check): ObjectIdentity => {
            const apiVersion = asString(asObject(check).apiVersion) || 'apps/v1';
            return { ...referenceOf(check, object), group: splitApiVersion(apiVersion).group };
          });
    // It would wait for itself.
    const { name, namespace } = object.metadata;
    return subjects.filter((each) => each.kind !== object.kind || each.name !== name || each.namespace !== namespace);
  }
}
