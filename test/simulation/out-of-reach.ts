/** Why nothing in the simulated world can bring this about, and the names of what it is, as the coverage has them. */
export interface OutOfReach {
  readonly because: string;
  readonly names: readonly (string | RegExp)[];
  /** Schedules that run with `--isolate` reach it. */
  readonly withIsolation?: boolean;
}

/**
 * What a run need not have reached. A run that reaches one of them after all fails when coverage is required, so that none stays here longer
 * than it is true; a test checks that each name is still that of something.
 */
export const OUT_OF_REACH: readonly OutOfReach[] = [
  {
    because: 'the watches of these schedules run without --isolate',
    withIsolation: true,
    names: [
      /^isolation[.:]/,
      /\bprogressing\.(moving|leaving)\b/,
      /^target: .* ─(MoveFailed|MoveAbandoned|IsolationLost)\b/,
      'target: progressing.waiting ─SourceFailed [isOwnSource]→ dead-letter',
      /^(pushClosure|(get|create|patch|delete) (OCIRepository|Kustomization|Lease)) × /,
    ],
  },
  {
    because: 'the simulated cluster has Flux alone, and no Applications of Argo CD',
    names: [/^isolation: .*\[movesItself\]/],
  },
  {
    because: 'no target of the simulated world has a parent that a session would have to give it back to',
    names: [
      /^(isolation\.returning|target\.progressing\.leaving)$/,
      /\b(returning|progressing\.leaving)\b/,
      /^isolation: .* ─(LeaveWanted|ReturnBegan)\b/,
      'target: suspended ─ReconcileWanted [wantedToLeave]→ requested',
    ],
  },
  {
    because:
      'a target comes with what its isolation has pushed last: only one that waited for a dependency while its process died comes with an older revision, and nothing is under way for it then',
    names: [/^isolation: (pushing|pushed|creating|fetching|fetched|stuck) ─TurnCame \[isOther\]/],
  },
  {
    because:
      'one that was being pointed at its own source when the answer was lost is prepared again at its turn only, and is pointed there as soon as the artifact is seen',
    names: ['isolation: fetched ─always [isIsolated]→ isolated'],
  },
  {
    because: 'what a crash left without outcome is told to a machine in interrupted, and no handler throws',
    names: [/^isolation: (pushing|creating|switching|moving|dropping) ─EffectOutcomeUnknown\b/],
  },
  {
    because: 'a watch asks its source only for what it has pushed',
    names: ['source: idle ─always [askWanted]→ asking'],
  },
  {
    because:
      'the simulated kustomize-controller writes the whole status after each run, and never a part of it from an older one',
    names: ['target: progressing.waiting ─DoubtElapsed [isToBeAskedAgain]→ progressing.asking'],
  },
  {
    because: 'only a target that came back from a source of its own waits for Flux without having asked',
    names: ['target: progressing.waiting ─always [sentAway]→ progressing.asking'],
  },
  {
    because: 'who is gone and comes again is told of its definition before it is told of its status',
    names: ['target: gone ─TargetObserved→ settled'],
  },
  {
    because: 'what a target that waits was asked for counts as known, so its files do not make it wanted again',
    names: ['target: progressing.waiting ─ReconcileWanted [sameDigestInFlight]→ ·'],
  },
  {
    because:
      'it takes a push that fails, another that does not, and a suspension, all of them while one request is under way',
    names: ['target: suspended ─TargetObserved [resumed]→ settled'],
  },
  {
    because: 'the source refuses hooks and pushes only: how the resolution itself fails is StepFailed',
    names: [
      'watch: resolving ─StepRefused [fullInFlight]→ full-reconcile',
      'watch: resolving ─StepRefused [targetsInFlight]→ targeted-reconcile',
      'watch: resolving ─StepRefused [somethingOwed]→ debouncing',
      'watch: resolving ─StepRefused→ idle',
    ],
  },
];

/** The reason why `name` is out of reach; undefined for what must be reached. `isolates`: of schedules that run with `--isolate`. */
export function outOfReach(name: string, isolates = false): string | undefined {
  const isHere = ({ withIsolation = false }: OutOfReach): boolean => !(withIsolation && isolates);
  return OUT_OF_REACH.find((entry) => isHere(entry) && entry.names.some((given) => isNamed(given, name)))?.because;
}

export function isNamed(given: string | RegExp, name: string): boolean {
  return typeof given === 'string' ? given === name : given.test(name);
}
