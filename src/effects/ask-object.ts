import type { ObjectReference } from '../cluster/resource.ts';
import type { Failure } from '../domain/failure.ts';
import type { ObjectId } from '../domain/target.ts';
import type { Engine } from '../engine/engine.ts';
import { call } from './call.ts';
import { engineOf, type GitOpsEngine } from './gitops-engine.ts';
import type { LiveView } from './live-view.ts';

export interface AskDependencies {
  readonly engine: () => Engine;
  readonly now: () => number;
  readonly view: LiveView;
  /** Those whose objects may be asked. */
  readonly engines: readonly GitOpsEngine[];
  /** A merge patch. */
  readonly patch: (reference: ObjectReference, body: unknown) => Promise<unknown>;
}

/** Has one object reconciled now, in the way of the engine whose kind it is; past the API server's circuit breaker. */
export function askObject({ engine, now, view, engines, patch }: AskDependencies) {
  return (id: ObjectId, token: string): Promise<{ readonly value: unknown } | { readonly failure: Failure }> =>
    call(engine(), 'api-server', now, () => {
      const { reference, patch: body } = engineOf(id, engines).request(id, view.object(id), token);
      return patch(reference, body);
    });
}
