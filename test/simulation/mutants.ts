// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are source code.
/** A known mistake, planted into one file as it is loaded; the file on disk stays as it is. */
export interface Mutant {
  readonly name: string;
  /** The mistake, in a sentence. */
  readonly mistake: string;
  /** It shows only where watches run with `--isolate`. */
  readonly isolate?: boolean;
  /** From the root of the project. */
  readonly file: string;
  /** Each text must be in the file exactly `times` times (1 unless given). */
  readonly changes: readonly { readonly from: string; readonly to: string; readonly times?: number }[];
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'effect-before-append',
    mistake: 'An effect runs before its intent is on disk.',
    file: 'src/engine/engine.ts',
    changes: [
      {
        from: '      appended = log.append(queue, at',
        to: '      for (const [id, effect] of next.pending) if (!this.#state.pending.has(id)) this.#run(effect);\n      appended = log.append(queue, at',
      },
      { from: '      if (effect !== undefined) this.#run(effect);', to: '' },
    ],
  },
  {
    name: 'generators-asked-before-append',
    mistake: 'Generators are asked before the intent is on disk.',
    file: 'src/engine/engine.ts',
    changes: [
      {
        from: '      appended = log.append(queue, at',
        to: "      for (const [id, effect] of next.pending)\n        if (effect.effect === 'askGenerators' && !this.#state.pending.has(id)) this.#run(effect);\n      appended = log.append(queue, at",
      },
      {
        from: '      if (effect !== undefined) this.#run(effect);',
        to: "      if (effect !== undefined && effect.effect !== 'askGenerators') this.#run(effect);",
      },
    ],
  },
  {
    name: 'timer-drifts-on-restore',
    mistake: 'A timer that comes out of a snapshot is due at another time than before.',
    file: 'src/engine/engine-state.ts',
    changes: [
      {
        from: 'for (const timer of timers) state.timers.set(`${timer.machine}#${timer.id}`, timer);',
        to: 'for (const timer of timers) state.timers.set(`${timer.machine}#${timer.id}`, { ...timer, dueAt: timer.dueAt + 1 });',
      },
    ],
  },
  {
    name: 'snapshot-forgets-pending',
    mistake: 'A snapshot does not hold the effects under way.',
    file: 'src/engine/engine-state.ts',
    changes: [{ from: 'pending: [...state.pending.values()], timers', to: 'pending: [], timers' }],
  },
  {
    name: 'settled-before-looking',
    mistake: 'Effects of unknown outcome are given up before the world has been observed.',
    file: 'src/engine/engine.ts',
    changes: [
      {
        from: "    this.dispatch({ machine: ENGINE, type: 'EngineStarted', limits: this.#options.limits, ...fields });",
        to: "    this.dispatch({ machine: ENGINE, type: 'EngineStarted', limits: this.#options.limits, ...fields });\n    this.settleInterrupted();",
      },
    ],
  },
  {
    name: 'last-file-wins',
    mistake: 'Of several saved files only the last is remembered.',
    file: 'src/machines/watch.ts',
    changes: [
      {
        from: 'mergePaths(context.collected, event.paths, context.limits.collectedPathsMax)',
        to: 'mergePaths([], event.paths, context.limits.collectedPathsMax)',
      },
    ],
  },
  {
    name: 'batch-lost-in-backoff',
    mistake: 'What a failed look was about is not looked at again.',
    file: 'src/machines/watch.ts',
    changes: [
      { from: 'mergePaths(context.batch.paths, context.collected,', to: 'mergePaths([], context.collected,' },
      {
        from: 'rescan: context.rescan || context.batch.rescan || collected',
        to: 'rescan: context.rescan || collected',
      },
    ],
  },
  {
    name: 'full-lost-in-backoff',
    mistake: 'A full reconcile whose step failed is forgotten.',
    file: 'src/machines/watch.ts',
    changes: [{ from: 'full: context.full ?? context.batch.full,', to: 'full: context.full,', times: 2 }],
  },
  {
    name: 'save-waits-for-flight',
    mistake: 'A newer save waits until every target in flight has answered.',
    file: 'src/machines/watch.ts',
    changes: [{ from: "always: { guard: 'somethingOwed', target: 'collecting' },", to: 'always: [],', times: 2 }],
  },
  {
    name: 'quiet-period-in-wrong-unit',
    mistake: 'What is saved is waited upon for minutes.',
    file: 'src/machines/watch.ts',
    changes: [
      { from: '=> context.limits.quietPeriodMs,', to: '=> context.limits.quietPeriodMs * 2_000,' },
      { from: 'context.limits.maxWaitMs - event.at', to: 'context.limits.maxWaitMs * 2_000 - event.at' },
    ],
  },
  {
    name: 'pushes-overlap',
    mistake: 'What is wanted while a push is on its way is pushed at once.',
    file: 'src/machines/source.ts',
    changes: [
      {
        from: '        ArtifactPushed: [',
        to: "        PushWanted: { target: 'hooks', actions: 'want' },\n        ArtifactPushed: [",
      },
    ],
  },
  {
    name: 'hooks-overlap',
    mistake: 'Hooks are begun again while they run for what was wanted before.',
    file: 'src/machines/source.ts',
    changes: [
      {
        from: "        HooksSucceeded: 'pushing',",
        to: "        PushWanted: { target: 'hooks', reenter: true, actions: 'want' },\n        HooksSucceeded: 'pushing',",
      },
    ],
  },
  {
    name: 'broken-source-pushed',
    mistake: 'A source is pushed for others while a file is broken that one of its targets reads.',
    file: 'src/effects/planned-routes.ts',
    changes: [
      {
        from: 'return held.length === 0 && pruneRisk === undefined;',
        to: 'return held.length >= 0 && pruneRisk === undefined;',
      },
    ],
  },
  {
    name: 'stale-ready-believed',
    mistake: 'A Ready from before the request is taken for its answer.',
    file: 'src/domain/readiness.ts',
    changes: [{ from: 'staleCondition(seen, wanted.token)', to: 'staleCondition(seen, undefined)' }],
  },
  {
    name: 'full-answered-from-before',
    mistake: 'What a full reconcile asks for is Ready already, as it was before.',
    file: 'src/machines/target.ts',
    changes: [
      {
        from: "isReady: ({ context }) => verdictOf(context).verdict === 'ready',",
        to: "isReady: ({ context }) => verdictOf(context.rule === 'full' && context.reads.startsWith('OCIRepository/') ? { ...context, token: undefined } : context).verdict === 'ready',",
      },
    ],
  },
  {
    name: 'older-answer-told-for-newer',
    mistake:
      'The answer to an older request is told as the one to what is wanted since, and only a second look mends that.',
    file: 'src/machines/target.ts',
    changes: [
      {
        from: "        ReconcileWanted: { target: 'requested', reenter: true, actions: 'want' },",
        to: "        ReconcileWanted: { target: 'requested', reenter: true, actions: 'want' },\n        TargetObserved: {\n          guard: ({ context, event }) =>\n            context.token !== undefined &&\n            context.revisions.length === 0 &&\n            verdictOf({ ...context, observation: event.observation }).verdict === 'ready',\n          actions: [\n            'observe',\n            { type: 'tellReady', params: settledReady },\n            { type: 'tellRecheck', params: recheckMessages },\n          ],\n        },",
      },
    ],
  },
  {
    name: 'asked-before-pushed',
    mistake: 'A target is asked before what it wants has arrived, and any answer will do.',
    file: 'src/machines/target.ts',
    changes: [
      {
        from: 'mayGo: ({ context }) => context.revisions.length > 0 && dependenciesAllow(context),',
        to: 'mayGo: ({ context }) => dependenciesAllow(context),',
      },
      {
        from: 'context.desiredDigest !== context.askedDigest || context.revisions.length === 0,',
        to: 'context.desiredDigest !== context.askedDigest,',
      },
    ],
  },
  {
    name: 'gone-ignored',
    mistake: 'A watch whose history is gone is opened again at the same place.',
    file: 'src/machines/list-watch.ts',
    changes: [
      {
        from: "{ guard: 'isGone', target: 'listing', actions: 'closeWatch' },",
        to: "{ guard: 'isGone', target: 'watch-backoff', actions: 'closeWatch' },",
      },
    ],
  },
  {
    name: 'dead-letter-dropped',
    mistake: 'A target whose request is refused counts as settled.',
    file: 'src/machines/target.ts',
    changes: [
      {
        from: "{ target: '#target.dead-letter', actions: 'noteRequestFailure' },\n            ],\n            EffectOutcomeUnknown: [",
        to: "{ target: '#target.settled', actions: 'noteRequestFailure' },\n            ],\n            EffectOutcomeUnknown: [",
      },
    ],
  },
  {
    name: 'two-flights-for-one-target',
    mistake: 'What is wanted while a request is on its way is asked at once.',
    file: 'src/machines/target.ts',
    changes: [
      {
        from: "ReconcileWanted: [{ guard: 'sameDigestInFlight', actions: 'noteCycle' }, { actions: 'want' }],",
        to: "ReconcileWanted: [{ guard: 'sameDigestInFlight', actions: 'noteCycle' }, { target: 'asking', reenter: true, actions: 'want' }],",
      },
    ],
  },
  {
    name: 'graph-not-updated-on-delete',
    mistake: 'A deleted file leaves the graph as it was.',
    file: 'src/domain/source-files.ts',
    changes: [{ from: '[...before.keys(), ...after.keys()].filter(', to: '[...after.keys()].filter(' }],
  },
  {
    name: 'neighbour-swallowed',
    mistake: 'What comes to light beside a changed file is taken as known.',
    file: 'src/domain/source-files.ts',
    changes: [
      {
        from: 'for (const [path, content] of this.contents.takeMoved()) {',
        to: 'for (const [path, content] of [...this.contents.takeMoved()].slice(0, 0)) {',
      },
    ],
  },
  {
    name: 'recovery-untold',
    mistake: 'Who was held back by a target that was given up is not told that it is Ready after all.',
    file: 'src/machines/target.ts',
    changes: [
      {
        from: "              'observe',\n              'settle',\n              { type: 'tellDependents', params: readyMessages },",
        to: "              'observe',\n              'settle',",
      },
    ],
  },
  {
    name: 'silent-full-reconcile',
    mistake: 'A full reconcile does not say why.',
    file: 'src/effects/plan-from-resolution.ts',
    changes: [{ from: 'reason: `${resolution.full.reason}: ${resolution.full.detail}`,', to: "reason: ''," }],
  },
  {
    name: 'everything-asked-always',
    mistake: 'A settled target counts as owed.',
    file: 'src/machines/target-rules.ts',
    changes: [{ from: 'return context.owed ? OWED : context.reconciledDigest;\n  }', to: 'return OWED;\n  }' }],
  },
  {
    name: 'prune-guard-off',
    mistake: 'A target that has no manifests left is pushed like that.',
    file: 'src/domain/prune-guard.ts',
    changes: [{ from: "return had === 'objects' && !state", to: 'return states.size === 0 && !state' }],
  },
  {
    name: 'undecided-content-pushed',
    mistake: 'A file that was saved after the decision is pushed as it is now.',
    file: 'src/effects/push-artifact.ts',
    changes: [
      {
        from: "return hash('sha256', bytes, 'hex') === digest ? bytes : undefined;",
        to: 'return digest === undefined ? undefined : bytes;',
      },
    ],
  },
  {
    name: 'unread-file-pushed-undecided',
    mistake: 'A file that no build reads is pushed as it is now, not as it was when the push was decided.',
    file: 'src/effects/push-artifact.ts',
    changes: [
      {
        from: 'function readWithDigest({ digest, read }: PushFile)',
        to: 'function readWithDigest({ path, digest, read }: PushFile)',
      },
      {
        from: "return hash('sha256', bytes, 'hex') === digest ? bytes : undefined;",
        to: "return hash('sha256', bytes, 'hex') === digest || /[.](txt|md)$/.test(path) ? bytes : undefined;",
      },
    ],
  },
  {
    name: 'backoff-without-end',
    mistake: 'A backoff grows twice as fast, and to twice its maximum.',
    file: 'src/domain/backoff.ts',
    changes: [
      {
        from: 'Math.min(maxMs, minMs * 2 ** Math.min(attempt - 1, 30))',
        to: 'Math.min(maxMs * 2, minMs * 4 ** Math.min(attempt - 1, 30))',
      },
    ],
  },
  {
    name: 'probe-never-over',
    mistake: 'A probe whose answer a crash swallows is waited for for ever.',
    file: 'src/machines/breaker.ts',
    changes: [
      {
        from: "entry: raise({ type: 'ProbeElapsed' } as BreakerEvent, { id: 'probe', delay: 'probe' }),",
        to: 'entry: [],',
      },
    ],
  },
  {
    name: 'sweep-throws',
    mistake: 'A tree that cannot be read for a moment is an error that nobody catches.',
    file: 'src/effects/watch-effects.ts',
    changes: [
      {
        from: '      } catch {\n        // The root may be gone for a moment; the next sweep, or a save, looks again.',
        to: '      } catch (error) {\n        if (error !== undefined) throw error;',
      },
    ],
  },
  {
    name: 'everybody-moves',
    mistake: 'As soon as one target changes, all of them are given sources of their own.',
    isolate: true,
    file: 'src/effects/watch-effects.ts',
    changes: [
      {
        from: '  const children = dryRun ?',
        to: "  if (view.session !== undefined && resolution.affected.length > 0)\n    (resolution.affected as unknown[]).push(\n      ...view.definitions.targets.flatMap(({ id, ownSource, source, suspended }) => {\n        const isOut = ownSource !== undefined || suspended || source !== fed.id;\n        const wanted = { id, rule: 'owed' as const, digest: resolution.digests[id], because: [] };\n        const isIn = [...resolution.affected, ...resolution.held].some((one) => one.id === id);\n        return isOut || isIn || choose(wanted).by !== 'own' ? [] : [wanted];\n      }),\n    );\n  const children = dryRun ?",
      },
    ],
  },
  {
    name: 'own-artifact-holds-more',
    mistake: 'What is pushed for one target alone holds a file that its build does not read.',
    isolate: true,
    file: 'src/domain/closure-artifact.ts',
    changes: [
      {
        from: 'const files = closure.files.map((path) => closureFile(path, root.tree));',
        to: "const more = 'README.md' as RelativePath;\n    const paths = root.tree.facts(more) === undefined ? closure.files : [...closure.files, more];\n    const files = paths.map((path) => closureFile(path, root.tree));",
      },
    ],
  },
  {
    name: 'newer-closure-does-not-wait',
    mistake: 'What is saved while the own source is being made begins anew at once, beside the step that is under way.',
    isolate: true,
    file: 'src/machines/isolation.ts',
    changes: [
      {
        from: "        SourceCreated: [\n          { guard: 'isWithdrawn', target: 'deciding', actions: 'noteSource' },",
        to: "        ClosureWanted: { target: 'deciding', actions: 'want' },\n        SourceCreated: [\n          { guard: 'isWithdrawn', target: 'deciding', actions: 'noteSource' },",
      },
    ],
  },
  {
    name: 'lease-stays',
    mistake: 'The Lease of a session of which nothing is left is not deleted.',
    isolate: true,
    file: 'src/effects/session-end.ts',
    changes: [
      {
        from: "if (object.metadata.uid !== lease.metadata.uid) return 'ended';",
        to: "if (object.metadata.uid === lease.metadata.uid) return 'ended';",
      },
    ],
  },
  {
    name: 'restored-without-annotations',
    mistake: 'A target that is put back loses the annotations that were its own.',
    isolate: true,
    file: 'src/domain/isolation/session-patches.ts',
    changes: [
      {
        from: 'const after: Record<string, string> = { ...without(before, TARGET_MARKS) };',
        to: 'const after: Record<string, string> = { ...without(before, Object.keys(before)) };',
      },
    ],
  },
];
