import { isApplicationSource } from '../domain/argo/application-source.ts';
import type { Failure } from '../domain/failure.ts';
import type { FileUnreadableError } from '../domain/file-tree.ts';
import type { RelativePath } from '../domain/paths.ts';
import type { Resolution } from '../domain/resolution.ts';
import type { ObjectId } from '../domain/target.ts';
import type { EffectHandler, Outcome } from '../engine/engine.ts';
import { sourceMachineId } from '../machines/messages.ts';
import type { SourceContext } from '../machines/source-context.ts';
import type { Batch } from '../machines/watch-context.ts';
import { pushedSource } from './ask-argo.ts';
import { askGenerators } from './ask-generators.ts';
import { type AskDependencies, askObject } from './ask-object.ts';
import { begun } from './begun.ts';
import { call, failureOf, outcomeOf } from './call.ts';
import { NO_CHILDREN, type ReturningChild, type ReturningChildren } from './children-to-return.ts';
import type { FedSource } from './fed-source.ts';
import { ALL_SHARED, type ChooseSource } from './isolation-choice.ts';
import { knownDigests } from './known-digests.ts';
import { planFromResolution } from './plan-from-resolution.ts';
import { mayBePushed } from './planned-routes.ts';
import { artifactConfig, KeptContents, type PushFile, type ResolvedFile } from './push-artifact.ts';
import { Sweeps } from './sweeps.ts';
import { Underway } from './underway.ts';

/** What the handlers of a watch need from outside; each is one small piece that tests replace. */
export interface WatchEffectDependencies extends AskDependencies {
  readonly fed: () => FedSource;
  readonly dryRun: boolean;
  readonly workspace: {
    resolve(input: {
      changed: readonly RelativePath[];
      known: Readonly<Record<ObjectId, string | undefined>>;
      full?: Batch['full'];
    }): Resolution;
    filesToPush(): readonly PushFile[];
    digests(): Readonly<Record<ObjectId, string>>;
    builds(): Readonly<Record<ObjectId, string>>;
  };
  /** Paths that differ from what is known, by a look at the whole tree. */
  readonly sweep: (signal: AbortSignal) => Promise<readonly RelativePath[]>;
  /** Learns what is reconciled already of targets of which it is not known yet, and tells the engine. Never rejects. */
  readonly findBaseline?: () => Promise<void>;
  /** Resolves once no git command is rewriting the tree; true when it had to wait. */
  readonly gitUnlocked: (signal: AbortSignal) => Promise<boolean>;
  /** True where a git command may have changed more of the tree than was told of since this was last asked. Default: never. */
  readonly gitRewrote?: () => boolean;
  readonly push: (
    files: readonly ResolvedFile[],
    config: unknown,
    signal: AbortSignal,
    /** See Artifact. */
    mayBeNamed: Promise<void>,
  ) => Promise<{
    readonly digest: string;
    readonly revision: string;
    readonly unchanged: boolean;
    readonly bytesSent: number;
  }>;
  readonly runHooks: (signal: AbortSignal, cycle: number) => Promise<Failure | undefined>;
  /** What was read for earlier pushes; shared with whoever reads for them. */
  readonly contents?: KeptContents;
  /** Told of what is being sent; shared with whoever sends besides. */
  readonly saving?: Underway;
  /** Default: everything goes by the shared source. */
  readonly choose?: ChooseSource;
  /** Isolated targets that their parents have to get back. Default: none. */
  readonly children?: (resolution: Resolution, changed: readonly RelativePath[]) => ReturningChildren;
  /** Gives those back that are to be pruned, before anything is sent. Rejects with FailureError. */
  readonly giveBack?: (dropped: readonly ReturningChild[]) => Promise<void>;
}

/** The handlers of all effects that the machines of a watch ask for. */
export function watchEffects(dependencies: WatchEffectDependencies): Record<string, EffectHandler> {
  const { engine, now } = dependencies;
  /** Where nothing may be sent, nothing becomes reconciled: what was shown once is not shown again. */
  let shown: Readonly<Record<ObjectId, string>> = {};
  /** Digest of all files as they were resolved last: what a push now would hold. None while it would break or empty a target. */
  let resolvedContent: string | undefined;
  const ask = askObject(dependencies);

  const saving = dependencies.saving ?? new Underway();
  const sweeps = new Sweeps();
  const contents = dependencies.contents ?? new KeptContents();
  return {
    resolveTargets: async (batch: Batch, { signal }): Promise<Outcome> => {
      try {
        const waited = await dependencies.gitUnlocked(signal);
        // After a git command, what was told of may be the first of hundreds.
        const rewrote = dependencies.gitRewrote?.() === true;
        const swept = batch.rescan || waited || rewrote ? await dependencies.sweep(signal) : [];
        const { outcome, resolution, dropped } = resolve(dependencies, batch, swept, shown);
        if (dropped.length > 0) {
          const given = await call(engine(), 'api-server', now, async () => dependencies.giveBack?.(dropped));
          if ('failure' in given) return { type: 'StepFailed', step: 'resolve', failure: given.failure };
        }
        shown = resolution.digests;
        resolvedContent = mayBePushed(resolution) ? resolution.contentDigest : undefined;
        return outcome;
      } catch (error) {
        return { type: 'StepFailed', step: 'resolve', failure: { ...failureOf(error), kind: 'disk' } };
      }
    },
    sweepTree: async (_: unknown, { signal }): Promise<Outcome> => {
      try {
        const paths = await sweeps.run(async () => {
          // What a save sends goes first: a look at the whole tree would hold it up.
          await saving.over();
          void dependencies.findBaseline?.();
          return dependencies.sweep(signal);
        });
        return paths.length === 0 ? { type: 'TreeSwept', changed: 0 } : { type: 'FilesChanged', paths, from: 'sweep' };
      } catch {
        // The root may be gone for a moment; the next sweep, or a save, looks again.
        return { type: 'TreeSwept', changed: 0 };
      }
    },
    runHooks: async ({ cycle }: { cycle: number }, { signal }): Promise<Outcome> => {
      const failure = await saving.during(() => dependencies.runHooks(signal, cycle));
      return failure === undefined ? { type: 'HooksSucceeded' } : { type: 'HookFailed', failure };
    },
    pushArtifact: async ({ contentDigest }: { contentDigest: string }, { signal }): Promise<Outcome> => {
      // Resolved again since the push was decided: what was found then may be held.
      if (contentDigest !== resolvedContent) return { type: 'ContentMoved', paths: [] };
      const synced = begun(engine().sync());
      const { workspace } = dependencies;
      const read = contents.of(dependencies.fed().id).readAs(contentDigest, () => workspace.filesToPush());
      if ('moved' in read) return { type: 'ContentMoved', paths: read.moved };
      if ('unreadable' in read) return { type: 'PushFailed', failure: unreadableFailure(read.unreadable) };
      const config = artifactConfig(contentDigest, workspace.digests(), workspace.builds());
      const result = await saving.during(() =>
        call(engine(), 'registry', now, () => dependencies.push(read.contents, config, signal, synced)),
      );
      return outcomeOf(result, (pushed) => ({ type: 'ArtifactPushed', ...pushed }), 'PushFailed');
    },
    askSource: async ({ source, token }: { source: ObjectId; token: string }): Promise<Outcome> => {
      if (isApplicationSource(source)) {
        const machine = sourceMachineId(source);
        const context = engine().state.machines.get(machine)?.context as SourceContext | undefined;
        const observation = pushedSource(source, context?.pushedDigest, token);
        engine().dispatch({ machine, type: 'SourceObserved', observation });
        return { type: 'SourceAsked' };
      }
      return outcomeOf(
        await saving.during(() => ask(source, token)),
        () => ({ type: 'SourceAsked' }),
        'SourceAskFailed',
      );
    },
    askGenerators: askGenerators(ask),
    askTarget: async ({ target, token }: { target: ObjectId; token: string }): Promise<Outcome> =>
      outcomeOf(await ask(target, token), () => ({ type: 'RequestAccepted' }), 'RequestFailed'),
  };
}

function unreadableFailure({ message, hint }: FileUnreadableError): Failure {
  return { kind: 'disk', message: `nothing is pushed, since the artifact would lack a file: ${message}`, hint };
}

function resolve(
  dependencies: WatchEffectDependencies,
  batch: Batch,
  swept: readonly RelativePath[],
  shown: Readonly<Record<ObjectId, string>>,
): { readonly outcome: Outcome; readonly resolution: Resolution; readonly dropped: readonly ReturningChild[] } {
  const { workspace, view, engine, dryRun, choose = ALL_SHARED } = dependencies;
  const fed = dependencies.fed();
  const { machines } = engine().state;
  const sendNothing = dryRun ? (fed.notPushable ?? 'dry run: nothing is sent') : undefined;
  const changed = [...new Set([...(batch.paths as readonly RelativePath[]), ...swept])];
  const known = knownDigests(machines, batch.paths.length > 0);
  const resolution = workspace.resolve({
    changed,
    known: dryRun || fed.notPushable !== undefined ? { ...known, ...onlyShown(shown, known, dependencies) } : known,
    ...(batch.full === undefined ? {} : { full: batch.full }),
  });
  const children = dryRun ? NO_CHILDREN : (dependencies.children?.(resolution, changed) ?? NO_CHILDREN);
  const outcome = planFromResolution({
    returning: children.changed,
    resolution,
    definitions: view.definitions,
    fedSource: fed.id,
    machines,
    sendNothing,
    notPushable: fed.notPushable,
    choose,
  });
  return { outcome, resolution, dropped: children.dropped };
}

/** Of those for which nothing can be sent. */
function onlyShown(
  shown: Readonly<Record<ObjectId, string>>,
  known: Readonly<Record<ObjectId, string | undefined>>,
  { dryRun, choose }: WatchEffectDependencies,
): Readonly<Record<ObjectId, string>> {
  if (dryRun || choose === undefined) return shown;
  const unsent = Object.entries(shown).filter(
    ([id, digest]) => known[id] !== digest && choose({ id, rule: 'closure', digest }).by !== 'own',
  );
  return Object.fromEntries(unsent);
}
