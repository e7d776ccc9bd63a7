import { isOciKind } from '../source-kinds.ts';
import { type ObjectId, parseObjectId } from '../target.ts';

/** `--isolate=…` */
export type IsolateMode = 'auto' | 'on' | 'off';

export interface IsolationDecision {
  readonly on: boolean;
  /** In words, for the banner and the status. */
  readonly reason: string;
  /** It was asked for and cannot be: worth a warning. */
  readonly isRefused?: boolean;
  /** It is off, and nothing that is known stands in its way. */
  readonly wouldWork?: boolean;
}

/** Up to so many targets on one source, running all of them costs little. */
export const SHARED_TARGETS_MAX = 3;

export interface IsolationCircumstances {
  readonly mode: IsolateMode;
  readonly dryRun: boolean;
  /** It ends after one cycle. */
  readonly once: boolean;
  /** The cluster is on this machine. */
  readonly isLocal: boolean;
  readonly source: ObjectId;
  /** Targets on that source. */
  readonly targets: number;
  /** What is wrong with that source as one to be split, in words. */
  readonly obstacle: string | undefined;
}

/** What can be told before the cluster is asked for rights. */
export function isolationDecision(circumstances: IsolationCircumstances): IsolationDecision {
  const { mode, dryRun, once, isLocal, source, targets, obstacle } = circumstances;
  const isOci = isOciKind(parseObjectId(source).kind);
  // Argo CD runs nobody for a new artifact by itself: what others would be spared is little.
  const wouldWork = source.startsWith('OCIRepository/') && obstacle === undefined && !dryRun;
  if (mode === 'off') return { on: false, reason: '--isolate=off', wouldWork };
  if (dryRun) return { on: false, reason: 'a dry run changes nothing' };
  if (mode === 'on') {
    return obstacle === undefined
      ? { on: true, reason: '--isolate' }
      : { on: false, reason: obstacle, isRefused: true };
  }
  if (once) return { on: false, reason: 'one cycle is not worth it (--once)' };
  if (!isOci) {
    return {
      on: false,
      reason: `${source} is no OCI repository; --isolate with --registry makes it usable without a commit`,
    };
  }
  if (!isLocal) return { on: false, reason: 'the cluster is not a local one; --isolate turns it on', wouldWork };
  if (targets <= SHARED_TARGETS_MAX) return { on: false, reason: `only ${targets} targets share the source` };
  if (obstacle !== undefined) return { on: false, reason: obstacle };
  return { on: true, reason: `${targets} targets share the source, and the cluster is a local one` };
}

/** After the cluster has said what this user may not do. */
export function withoutRights(decision: IsolationDecision, mode: IsolateMode, missing: string): IsolationDecision {
  return {
    on: false,
    reason: `this user may not ${missing}`,
    ...(mode === 'on' && decision.on ? { isRefused: true } : {}),
  };
}
