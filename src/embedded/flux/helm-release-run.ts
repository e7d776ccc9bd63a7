import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, asString, type JsonObject } from '../json-value.ts';
import { sha256 } from './archive.ts';
import type { FluxContext } from './flux-context.ts';
import { conditionOf, durationMs, goDuration, namespaceOf, requestedAt } from './flux-object.ts';
import type { SerialStatus } from './serial-status.ts';

/** What helm does for a release. */
export type HelmAction = 'install' | 'upgrade';

/** Returns the message with which that action of that release fails, or undefined. */
export type HelmFailure = (release: KubeObject, action: HelmAction) => string | undefined;

const FORCE_AT = 'reconcile.fluxcd.io/forceAt';
const RESET_AT = 'reconcile.fluxcd.io/resetAt';
const TIMEOUT_MS = 300_000;
const REASONS = {
  install: { succeeded: 'InstallSucceeded', failed: 'InstallFailed' },
  upgrade: { succeeded: 'UpgradeSucceeded', failed: 'UpgradeFailed' },
} as const;

/** One run of one HelmRelease: install, upgrade, nothing to do, or out of retries. */
export class HelmReleaseRun {
  readonly #context: FluxContext;
  readonly #status: SerialStatus<void>;
  readonly #fail: HelmFailure;
  readonly #configDigest: string;

  constructor(context: FluxContext, status: SerialStatus<void>, revision: string | undefined, fail: HelmFailure) {
    this.#context = context;
    this.#status = status;
    this.#fail = fail;
    const { chart, chartRef, values } = status.object.spec ?? {};
    this.#configDigest = sha256(JSON.stringify([chart, chartRef, values, revision]));
  }

  async perform(): Promise<'ready' | 'retry' | 'stalled'> {
    const isForced = this.#isRequested(FORCE_AT, 'lastHandledForceAt');
    const isReset = this.#isRequested(RESET_AT, 'lastHandledResetAt');
    this.#resetFailures(isReset);
    const isInstalled = asArray(this.#fields.history).length > 0;
    const action: HelmAction = isInstalled ? 'upgrade' : 'install';
    if (isInstalled && this.#isInSync() && !isForced) return this.#succeed();
    if (this.#isExhausted(action) && !isForced) return this.#stall(action);
    this.#start(action);
    const why = await this.#outcome(action);
    if (why !== undefined) return this.#failed(action, why);
    const message = `Helm ${action} succeeded for release ${this.#releaseName}`;
    this.#status.change({
      conditions: [{ type: 'Released', status: 'True', reason: REASONS[action].succeeded, message }],
      fields: {
        history: this.#deployed(),
        failures: undefined,
        installFailures: undefined,
        upgradeFailures: undefined,
      },
    });
    return this.#succeed();
  }

  get #release(): KubeObject {
    return this.#status.object;
  }

  get #fields(): JsonObject {
    return this.#release.status ?? {};
  }

  get #releaseName(): string {
    const { targetNamespace, releaseName } = this.#release.spec ?? {};
    const namespace = asString(targetNamespace) ?? namespaceOf(this.#release);
    return `${namespace}/${asString(releaseName) ?? this.#release.metadata.name}`;
  }

  /** `forceAt` and `resetAt` count only when they equal `requestedAt`, and once. */
  #isRequested(annotation: string, field: 'lastHandledForceAt' | 'lastHandledResetAt'): boolean {
    const token = requestedAt(this.#release);
    if (token === undefined || this.#release.metadata.annotations?.[annotation] !== token) return false;
    if (this.#fields[field] === token || this.#fields.lastHandledReconcileAt === token) return false;
    this.#status.change({ fields: { [field]: token } });
    return true;
  }

  /** What is new gets all its attempts again. */
  #resetFailures(isReset: boolean): void {
    const { generation } = this.#release.metadata;
    const isNew =
      this.#fields.lastAttemptedGeneration !== generation ||
      this.#fields.lastAttemptedConfigDigest !== this.#configDigest;
    if (!isNew && !isReset) return;
    this.#status.change({
      removed: ['Stalled'],
      fields: {
        failures: undefined,
        installFailures: undefined,
        upgradeFailures: undefined,
        lastAttemptedGeneration: generation,
        lastAttemptedConfigDigest: this.#configDigest,
      },
    });
  }

  #isInSync(): boolean {
    const released = conditionOf(this.#release, 'Released');
    return (
      released?.status === 'True' && asObject(asArray(this.#fields.history)[0]).configDigest === this.#configDigest
    );
  }

  #failuresOf(action: HelmAction): number {
    return Number(this.#fields[`${action}Failures`] ?? 0);
  }

  /** `remediation.retries`: none by default, negative for without end. */
  #isExhausted(action: HelmAction): boolean {
    const { retries } = asObject(asObject(this.#release.spec?.[action]).remediation);
    const allowed = typeof retries === 'number' ? retries : 0;
    return allowed >= 0 && this.#failuresOf(action) > allowed;
  }

  #start(action: HelmAction): void {
    const timeout = goDuration(durationMs(this.#release.spec?.timeout, TIMEOUT_MS));
    const progress = {
      reason: 'Progressing',
      message: `Running '${action}' action with timeout of ${timeout}`,
    } as const;
    this.#status.change({
      conditions: [
        { type: 'Reconciling', status: 'True', ...progress },
        { type: 'Ready', status: 'Unknown', ...progress },
      ],
      removed: ['Stalled'],
      fields: { lastAttemptedReleaseAction: action },
    });
    this.#status.write();
  }

  /** Why the action fails. */
  async #outcome(action: HelmAction): Promise<string | undefined> {
    try {
      await this.#context.stage('apply', this.#release);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return this.#fail(this.#release, action);
  }

  #failed(action: HelmAction, why: string): 'retry' | 'stalled' {
    const { failed: reason } = REASONS[action];
    const message = `Helm ${action} failed for release ${this.#releaseName}: ${why}`;
    this.#status.change({
      conditions: [
        { type: 'Ready', status: 'False', reason, message },
        { type: 'Released', status: 'False', reason, message },
      ],
      fields: {
        failures: Number(this.#fields.failures ?? 0) + 1,
        [`${action}Failures`]: this.#failuresOf(action) + 1,
      },
    });
    if (this.#isExhausted(action)) return this.#stall(action);
    this.#status.change({
      conditions: [{ type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message }],
    });
    return 'retry';
  }

  #stall(action: HelmAction): 'stalled' {
    const message = `Failed to ${action} after ${this.#failuresOf(action)} attempt(s)`;
    this.#status.change({
      conditions: [{ type: 'Stalled', status: 'True', reason: 'RetriesExceeded', message }],
      removed: ['Reconciling'],
      fields: { observedGeneration: this.#release.metadata.generation },
    });
    return 'stalled';
  }

  /** Ready says what Released says. */
  #succeed(): 'ready' {
    const { reason = 'InstallSucceeded', message = '' } = conditionOf(this.#release, 'Released') ?? {};
    this.#status.change({
      conditions: [{ type: 'Ready', status: 'True', reason, message }],
      removed: ['Reconciling', 'Stalled'],
      fields: { observedGeneration: this.#release.metadata.generation },
    });
    return 'ready';
  }

  #deployed(): readonly JsonObject[] {
    const [latest] = asArray(this.#fields.history).map(asObject);
    const [namespace, name] = this.#releaseName.split('/');
    const version = Number(latest?.version ?? 0) + 1;
    return [{ name, namespace, version, status: 'deployed', configDigest: this.#configDigest }];
  }
}
