import type { KubeObject } from '../../domain/kube-object.ts';
import { asObject, asString, type JsonObject, sameJson } from '../json-value.ts';
import { conditionOf, requestedAt } from './flux-object.ts';
import { imageName, pullLayer, pullManifest } from './oci-pull.ts';
import { ociReferenceOf } from './oci-reference.ts';
import { SerialStatus } from './serial-status.ts';
import { SourceError } from './source-error.ts';
import { filterSource } from './source-filter.ts';
import type { SourceContext } from './source-objects.ts';

const PULL_FAILED = 'OCIArtifactPullFailed';

/** One run of one OCIRepository, with the status writes of the real source-controller in its order. */
export class OciSourceRun {
  readonly #context: SourceContext;
  readonly #status: SerialStatus<void | Promise<void>>;

  constructor(context: SourceContext, object: KubeObject) {
    this.#context = context;
    this.#status = new SerialStatus(
      object,
      () => context.clock.now(),
      (before, after) => context.objects.writeStatus(before, after),
    );
  }

  /** True when the source is ready. */
  async perform(): Promise<boolean> {
    try {
      await this.#announce();
      await this.#runStage();
      const revision = await this.#pull();
      const message = `stored artifact for digest '${revision}'`;
      this.#status.change({
        conditions: [
          { type: 'Ready', status: 'True', reason: 'Succeeded', message },
          { type: 'ArtifactInStorage', status: 'True', reason: 'Succeeded', message },
        ],
        removed: ['Reconciling', 'FetchFailed', 'ArtifactOutdated'],
        fields: { observedGeneration: this.#status.object.metadata.generation },
        handled: true,
      });
      await this.#status.write();
      return true;
    } catch (error) {
      await this.#fail(error);
      return false;
    }
  }

  async #announce(): Promise<void> {
    const { metadata, status } = this.#status.object;
    const observed = status?.observedGeneration ?? 0;
    const isNew = metadata.generation !== observed;
    const message = isNew
      ? `processing object: new generation ${String(observed)} -> ${metadata.generation}`
      : 'reconciliation in progress';
    this.#progress(message, false);
    const token = requestedAt(this.#status.object);
    if (isNew || (token !== undefined && token !== status?.lastHandledReconcileAt)) await this.#status.write();
    if (status?.artifact !== undefined) return;
    this.#progress('building artifact', true);
    await this.#status.write();
  }

  /** Stores what the registry has, where that is new. Returns the revision. */
  async #pull(): Promise<string> {
    const reference = await ociReferenceOf(this.#context, this.#status.object);
    const manifest = await pulled('failed to determine artifact digest', PULL_FAILED, pullManifest(reference));
    const revision = reference.digest === undefined ? `${reference.tag}@${manifest.digest}` : manifest.digest;
    const { spec = {}, status = {} } = this.#status.object;
    const stored = asObject(status.artifact);
    const isOtherRevision = stored.revision !== revision;
    const hasOtherRules =
      !sameJson(spec.ignore, status.observedIgnore) || !sameJson(spec.layerSelector, status.observedLayerSelector);
    if (!isOtherRevision && !hasOtherRules) return revision;
    const selector = asObject(spec.layerSelector);
    const layer = await pulled(
      `failed to pull artifact from '${reference.url}'`,
      PULL_FAILED,
      pullLayer(reference, manifest, asString(selector.mediaType)),
    );
    if (isOtherRevision) {
      const message = `new revision '${revision}' for '${imageName(reference)}'`;
      if (status.artifact !== undefined) {
        const outdated = { type: 'ArtifactOutdated', status: 'True', reason: 'NewRevision', message } as const;
        this.#status.change({ conditions: [outdated] });
      }
      this.#progress(`building artifact: ${message}`, true);
      await this.#status.write();
    }
    const files = filterSource(layer, asString(spec.ignore));
    const { annotations } = manifest;
    const artifact: JsonObject = {
      ...this.#context.storage.store('OCIRepository', this.#status.object, revision, files),
      ...(Object.keys(annotations).length === 0 ? {} : { metadata: annotations }),
    };
    const observed = { observedIgnore: spec.ignore, observedLayerSelector: spec.layerSelector };
    this.#status.change({ fields: { artifact, url: artifact.url, ...observed } });
    return revision;
  }

  async #fail(error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    const reason = error instanceof SourceError ? error.reason : PULL_FAILED;
    this.#status.change({
      conditions: [
        {
          type: 'Reconciling',
          status: 'True',
          reason: 'ProgressingWithRetry',
          message: conditionOf(this.#status.object, 'Reconciling')?.message ?? '',
        },
        { type: 'Ready', status: 'False', reason, message },
        { type: 'FetchFailed', status: 'True', reason, message },
      ],
      handled: true,
    });
    await this.#status.write();
  }

  /** `drift`: what is there is known to be out of date, so it is not ready any more. */
  #progress(message: string, drift: boolean): void {
    const ready = conditionOf(this.#status.object, 'Ready')?.status ?? 'Unknown';
    const isUnready = drift || ready === 'Unknown';
    const condition = { status: 'True', reason: 'Progressing', message } as const;
    this.#status.change({
      conditions: [
        { ...condition, type: 'Reconciling' },
        ...(isUnready ? [{ ...condition, type: 'Ready', status: 'Unknown' } as const] : []),
      ],
    });
  }

  async #runStage(): Promise<void> {
    try {
      await this.#context.stage('source', this.#status.object);
    } catch (error) {
      throw new SourceError(PULL_FAILED, error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
}

async function pulled<T>(what: string, reason: string, pulling: Promise<T>): Promise<T> {
  try {
    return await pulling;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SourceError(reason, `${what}: ${why}`, { cause: error });
  }
}
