import { FailureError } from '../../domain/failure.ts';
import { childrenToReturn, type ReturningChild } from '../../effects/children-to-return.ts';
import type { FedSource } from '../../effects/fed-source.ts';
import { argoEngine, FLUX_ENGINE } from '../../effects/gitops-engine.ts';
import { giveBackChildren } from '../../effects/give-back-children.ts';
import type { ChooseSource } from '../../effects/isolation-choice.ts';
import { isolationEffects } from '../../effects/isolation-effects.ts';
import type { KeptContents } from '../../effects/push-artifact.ts';
import type { Underway } from '../../effects/underway.ts';
import { watchEffects } from '../../effects/watch-effects.ts';
import type { EffectHandler, Engine } from '../../engine/engine.ts';
import { isolationMachineId } from '../../machines/messages.ts';
import type { RegistryClient } from '../../registry/client.ts';
import type { Happening } from '../../ui/happening.ts';
import { HooksOfCycle } from './hooks-of-cycle.ts';
import type { Isolation } from './isolation.ts';
import type { OwnArtifactPlaces } from './own-artifact-places.ts';
import type { WatchParts } from './watch-parts.ts';

export interface WatchHandlersInput {
  readonly parts: WatchParts;
  /** As it is by now. */
  readonly fed: FedSource;
  readonly isolation: Isolation;
  readonly places: OwnArtifactPlaces;
  /** Of the shared artifact's repository; undefined where it cannot be pushed. */
  readonly registry: () => RegistryClient | undefined;
  /** By which source each target is reconciled. */
  readonly choose: ChooseSource;
  /** What was read for earlier pushes. */
  readonly contents: KeptContents;
  readonly saving: Underway;
  readonly engine: () => Engine;
  readonly findBaseline: () => Promise<void>;
}

/** The handlers of all effects of a watch, over what the session reaches outside. */
export function watchHandlers(input: WatchHandlersInput): Record<string, EffectHandler> {
  const { parts, fed, isolation, places, saving, engine } = input;
  const { settings, client, view, workspace, clock } = parts;
  const now = (): number => clock.now();
  const hooks = new HooksOfCycle(parts.runHooks, () => engine().sync());
  return {
    ...isolationEffects({
      engine,
      now,
      view,
      client,
      session: () => isolation.session,
      artifactOf: (target) => workspace.artifactOf(target),
      registryOf: places.registryOf,
      addressOf: places.addressOf,
      runHooks: (cycle, aborted) => hooks.run(cycle, aborted),
      contents: input.contents,
      saving,
      onParted: (child, parent) => parts.onHappening(parted(child, parent)),
    }),
    ...watchEffects({
      engine,
      now,
      view,
      fed: () => fed,
      dryRun: settings.dryRun,
      workspace: {
        resolve: (batch) => {
          // As the cluster shows them by now: the plan is made by the same view.
          workspace.setDefinitions(view.definitions, fed.id);
          return workspace.resolve(batch);
        },
        digests: () => workspace.digests(),
        builds: () => workspace.builds(),
        filesToPush: () => workspace.filesToPush(),
      },
      sweep: parts.sweep,
      findBaseline: input.findBaseline,
      gitUnlocked: parts.gitUnlocked,
      ...(parts.gitRewrote === undefined ? {} : { gitRewrote: parts.gitRewrote }),
      engines: [FLUX_ENGINE, argoEngine({ syncsManual: settings.syncsManual })],
      patch: (reference, body) => client.patch(reference, body),
      push: async (files, config, aborted, mayBeNamed) => {
        const registry = input.registry();
        if (registry === undefined || fed.push === undefined)
          throw new FailureError({ kind: 'invalid', message: fed.notPushable ?? 'no registry' });
        return registry.pushArtifact({ files, tag: fed.push.tag, config, signal: aborted, mayBeNamed });
      },
      runHooks: (aborted, cycle) => hooks.run(cycle, aborted),
      saving,
      contents: input.contents,
      choose: input.choose,
      children: (resolution, changed) =>
        childrenToReturn({
          resolution,
          changed,
          view,
          machines: engine().state.machines,
          stateOf: (target) => workspace.stateOf(target),
          session: isolation.session,
        }),
      giveBack: (dropped) => giveBack(input, dropped),
    }),
  };
}

async function giveBack({ parts, isolation, engine }: WatchHandlersInput, dropped: readonly ReturningChild[]) {
  const { client, view, clock, onHappening } = parts;
  const tell = (child: string, type: string): void => engine().dispatch({ machine: isolationMachineId(child), type });
  for (const { child } of dropped) tell(child, 'ReturnBegan');
  const onReturned = (child: string): void => tell(child, 'TargetReturned');
  const family = { client, view, clock, session: isolation.session, onReturned };
  for (const child of await giveBackChildren(family, dropped)) onHappening(leftBehind(child));
}

function parted(child: string, parent: string): Happening {
  return {
    type: 'message',
    level: 'info',
    text: `${parent} shows ${child} as OutOfSync while that is isolated; a sync of the parent puts it back on the shared source`,
  };
}

function leftBehind(child: string): Happening {
  return {
    type: 'message',
    level: 'warning',
    text: `${child} is not in the files any more, and its parent does not know it: Flux will leave it behind`,
    hint: 'delete it by hand if it is to go',
  };
}
