import { REFRESH, REQUESTED_AT } from '../domain/argo/annotations.ts';
import { isAutomated } from '../domain/argo/application-definition.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { asFields, asList, asText } from '../domain/object-fields.ts';
import type { SourceObservation } from '../domain/observation.ts';
import type { ObjectId } from '../domain/target.ts';

export interface ApplicationRequestOptions {
  /** `hard` compares past the caches of manifests. Default `normal`, which resolves the revision anew all the same. */
  readonly refresh?: 'normal' | 'hard';
  /** Applications without automated sync are synced, too. Default false. */
  readonly syncsManual?: boolean;
}

/** Who asked, as Argo CD shows it in the history of syncs. */
const USERNAME = 'reconcile-machine';

/**
 * The merge patch that asks Argo CD to compare an Application now, and where nobody does it by itself, to sync it. The token tells our
 * request from others' once the refresh is taken. A sync that is asked for or running stays as it is: ours would be merged into it.
 */
export function applicationRequest(
  live: KubeObject | undefined,
  token: string,
  { refresh = 'normal', syncsManual = false }: ApplicationRequestOptions = {},
): Readonly<Record<string, unknown>> {
  const metadata = { annotations: { [REFRESH]: refresh, [REQUESTED_AT]: token } };
  const spec = asFields(live?.spec);
  const isBusy = live?.operation !== undefined && live.operation !== null;
  if (!syncsManual || live === undefined || isBusy || isAutomated(spec)) return { metadata };
  return { metadata, operation: syncOperation(spec) };
}

/** What `argocd app sync` asks for: the target revision as it is then, with the options of the Application's own policy, and nothing pruned. */
export function syncOperation(spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { syncOptions, retry } = asFields(spec.syncPolicy);
  const options = asList(syncOptions).flatMap((option) => asText(option) ?? []);
  return {
    initiatedBy: { username: USERNAME },
    ...(retry === undefined ? {} : { retry }),
    sync: { syncStrategy: { hook: {} }, ...(options.length === 0 ? {} : { syncOptions: options }) },
  };
}

/**
 * Argo CD has no source object that tells when an artifact is fetched: each Application resolves the tag when it is refreshed. So what is
 * pushed is there, under its manifest's digest, as soon as the registry has it.
 */
export function pushedSource(id: ObjectId, digest: string | undefined, token: string | undefined): SourceObservation {
  return {
    id,
    generation: 0,
    observedGeneration: 0,
    readyGeneration: 0,
    suspended: false,
    ready: 'True',
    reason: 'Pushed',
    message: '',
    artifactRevision: digest,
    lastHandledReconcileAt: token,
  };
}
