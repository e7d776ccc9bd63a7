import { type BeforeRequest, isRunAnyway } from '../domain/fresh-revision.ts';
import type { ObjectId } from '../domain/target.ts';
import type { EffectHandler, Outcome } from '../engine/engine.ts';
import { targetMachineId } from '../machines/messages.ts';
import { RUN, type RunContext } from '../machines/run-context.ts';
import type { TargetContext } from '../machines/target-context.ts';
import { wasTurnedAway } from '../machines/target-rules.ts';
import { askGenerators } from './ask-generators.ts';
import { type AskDependencies, askObject } from './ask-object.ts';
import { call, outcomeOf } from './call.ts';
import { releaseEffects } from './release-effects.ts';

export interface ReconcileEffectDependencies extends AskDependencies {
  /** What was known of each target before the run. */
  readonly before: ReadonlyMap<ObjectId, BeforeRequest>;
  /** A merge patch; resolves with the object as it is then. */
  readonly patch: Parameters<typeof releaseEffects>[0]['patch'];
}

/** The handlers of all effects that the machines of a `reconcile` ask for. */
export function reconcileEffects(dependencies: ReconcileEffectDependencies): Record<string, EffectHandler> {
  const { engine, now } = dependencies;
  const ask = askObject(dependencies);
  return {
    askSource: async ({ source, token }: { source: ObjectId; token: string }): Promise<Outcome> =>
      outcomeOf(await ask(source, token), () => ({ type: 'SourceAsked' }), 'SourceAskFailed'),
    askGenerators: askGenerators(ask),
    askTarget: async ({ target, token }: { target: ObjectId; token: string }): Promise<Outcome> => {
      if (runsAnyway(target)) return { type: 'RequestAccepted', followed: true };
      return outcomeOf(await ask(target, token), () => ({ type: 'RequestAccepted' }), 'RequestFailed');
    },
    ...releaseEffects({ ...dependencies, call: (run) => call(engine(), 'api-server', now, run) }),
  };

  /** One that Flux has turned away it looks at again only after 30 s: it is asked. */
  function runsAnyway(id: ObjectId): boolean {
    const context = engine().state.machines.get(targetMachineId(id))?.context as TargetContext | undefined;
    const before = dependencies.before.get(id);
    const run = engine().state.machines.get(RUN)?.context as RunContext | undefined;
    // Argo CD runs nothing because a source has moved, and the chart of a HelmRelease is not asked for.
    if (!id.startsWith('Kustomization/')) return false;
    // What did not come by itself within an attempt is not relied upon in the next.
    if (context === undefined || before === undefined || run?.targets[id]?.attempt !== 1) return false;
    return isRunAnyway(context.revisions.at(-1), before) && !wasTurnedAway(context);
  }
}
