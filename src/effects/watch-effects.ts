import type { AnyMachineSnapshot } from 'xstate';
import type { ObjectReference } from '../cluster/resource.ts';
import type { Failure } from '../domain/failure.ts';
import type { FileUnreadableError } from '../domain/file-tree.ts';
import type { RelativePath } from '../domain/paths.ts';
import { OWED, type Resolution } from '../domain/resolution.ts';
import type { ObjectId } from '../domain/target.ts';
import type { EffectHandler, Engine, Outcome } from '../engine/engine.ts';
import { stateName } from '../machines/state-name.ts';
import type { TargetContext } from '../machines/target-context.ts';
import { knownDigest, wasNeverAsked } from '../machines/target-rules.ts';
import type { Batch } from '../machines/watch-context.ts';
import { objectReference, requestAnnotation } from './ask-flux.ts';
import { call, failureOf, outcomeOf } from './call.ts';
import type { FedSource } from './fed-source.ts';
import type { LiveView } from './live-view.ts';
import { planFromResolution } from './plan-from-resolution.ts';
import { artifactConfig, type PushFile, ResolvedContents } from './push-artifact.ts';
import { Underway } from './underway.ts';

/** What the handlers of a watch need from outside; each is one small piece that tests replace. */
export interface WatchEffectDependencies {
  readonly engine: () => Engine;
  readonly now: () => number;
  readonly view: LiveView;
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
  };
  /** Paths that differ from what is known, by a look at the whole tree. */
  readonly sweep: (signal: AbortSignal) => Promise<readonly RelativePath[]>;
  /** Resolves once no git command is rewriting the tree; true when it had to wait. */
  readonly gitUnlocked: (signal: AbortSignal) => Promise<boolean>;
  readonly annotate: (reference: ObjectReference, annotations: Readonly<Record<string, string>>) => Promise<unknown>;
  readonly push: (
    files: readonly { path: RelativePath; mode: number; read: () => Uint8Array }[],
    config: unknown,
    signal: AbortSignal,
  ) => Promise<{
    readonly digest: string;
    readonly revision: string;
    readonly unchanged: boolean;
    readonly bytesSent: number;
  }>;
  readonly runHooks: (signal: AbortSignal) => Promise<Failure | undefined>;
}

/** The handlers of all effects that the machines of a watch ask for. */
export function watchEffects(dependencies: WatchEffectDependencies): Record<string, EffectHandler> {
  const { engine, now, view } = dependencies;
  /** Where nothing may be sent, nothing becomes reconciled: what was shown once is not shown again. */
  let shown: Readonly<Record<ObjectId, string>> = {};
  /** Digest of all files as they were resolved last: what a push now would hold. */
  let resolvedContent: string | undefined;
  const ask = (id: ObjectId, token: string): Promise<{ readonly value: unknown } | { readonly failure: Failure }> =>
    call(engine(), 'api-server', now, () =>
      dependencies.annotate(objectReference(id, view.object(id)), requestAnnotation(token)),
    );

  const saving = new Underway();
  const resolved = new ResolvedContents();
  return {
    resolveTargets: async (batch: Batch, { signal }): Promise<Outcome> => {
      try {
        const waited = await dependencies.gitUnlocked(signal);
        const swept = batch.rescan || waited ? await dependencies.sweep(signal) : [];
        const { outcome, resolution } = resolve(dependencies, batch, swept, shown);
        shown = resolution.digests;
        resolvedContent = resolution.contentDigest;
        return outcome;
      } catch (error) {
        return { type: 'StepFailed', step: 'resolve', failure: { ...failureOf(error), kind: 'disk' } };
      }
    },
    sweepTree: async (_: unknown, { signal }): Promise<Outcome> => {
      // What a save sends goes first: a look at the whole tree would hold it up.
      await saving.over();
      try {
        const paths = await dependencies.sweep(signal);
        return paths.length === 0 ? { type: 'TreeSwept', changed: 0 } : { type: 'FilesChanged', paths, from: 'sweep' };
      } catch {
        // The root may be gone for a moment; the next sweep, or a save, looks again.
        return { type: 'TreeSwept', changed: 0 };
      }
    },
    runHooks: async (_: unknown, { signal }): Promise<Outcome> => {
      const failure = await saving.during(() => dependencies.runHooks(signal));
      return failure === undefined ? { type: 'HooksSucceeded' } : { type: 'HookFailed', failure };
    },
    pushArtifact: async ({ contentDigest }: { contentDigest: string }, { signal }): Promise<Outcome> => {
      // Resolved again since the push was decided: what was found then may be held.
      if (contentDigest !== resolvedContent) return { type: 'ContentMoved', paths: [] };
      const read = resolved.read(dependencies.workspace.filesToPush());
      if ('moved' in read) return { type: 'ContentMoved', paths: read.moved };
      if ('unreadable' in read) return { type: 'PushFailed', failure: unreadableFailure(read.unreadable) };
      const config = artifactConfig(contentDigest, dependencies.workspace.digests());
      const result = await saving.during(() =>
        call(engine(), 'registry', now, () => dependencies.push(read.contents, config, signal)),
      );
      return outcomeOf(result, (pushed) => ({ type: 'ArtifactPushed', ...pushed }), 'PushFailed');
    },
    askSource: async ({ source, token }: { source: ObjectId; token: string }): Promise<Outcome> =>
      outcomeOf(await saving.during(() => ask(source, token)), () => ({ type: 'SourceAsked' }), 'SourceAskFailed'),
    askGenerators: async ({
      generators,
      token,
    }: {
      generators: readonly ObjectId[];
      token: string;
    }): Promise<Outcome> => {
      const results = await Promise.all(generators.map((id) => ask(id, token)));
      const failed = results.find((result) => 'failure' in result);
      return outcomeOf(failed ?? { value: true }, () => ({ type: 'GeneratorsAsked' }), 'GeneratorsAskFailed');
    },
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
): { readonly outcome: Outcome; readonly resolution: Resolution } {
  const { workspace, view, engine, dryRun } = dependencies;
  const fed = dependencies.fed();
  const { machines } = engine().state;
  const sendNothing = fed.notPushable ?? (dryRun ? 'dry run: nothing is sent' : undefined);
  const changed = [...new Set([...(batch.paths as readonly RelativePath[]), ...swept])];
  const known = knownDigests(machines, batch.paths.length > 0);
  const resolution = workspace.resolve({
    changed,
    known: sendNothing === undefined ? known : { ...known, ...shown },
    ...(batch.full === undefined ? {} : { full: batch.full }),
  });
  const outcome = planFromResolution({
    resolution,
    definitions: view.definitions,
    fedSource: fed.id,
    machines,
    sendNothing,
  });
  return { outcome, resolution };
}

function knownDigests(
  machines: ReadonlyMap<string, AnyMachineSnapshot>,
  isSave: boolean,
): Record<ObjectId, string | undefined> {
  const known: Record<ObjectId, string | undefined> = {};
  for (const [machine, snapshot] of machines) {
    if (!machine.startsWith('target/')) continue;
    const context = snapshot.context as TargetContext;
    const state = stateName(snapshot);
    known[context.id] = isSave && wasNeverAsked(state, context) ? OWED : knownDigest(state, context);
  }
  return known;
}
