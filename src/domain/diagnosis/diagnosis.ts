import type { Failure } from '../failure.ts';
import type { ObjectId } from '../target.ts';

/** What is wrong in a cluster, as far as it could be looked at in time. Plain data; `--json` prints it as it is. */
export interface Diagnosis {
  /** The API server's address. */
  readonly server: string;
  /** What is not Ready of the GitOps engines, each after what holds it up. */
  readonly resources: readonly ResourceProblem[];
  /** Resources that wait for one another in a ring. */
  readonly cycles: readonly (readonly ObjectId[])[];
  /** What those resources have applied and what does not run. */
  readonly workloads: readonly WorkloadProblem[];
  /** Non-ready pods in the namespaces of the engines themselves. */
  readonly enginePods: readonly PodProblem[];
  readonly events: readonly EventGroup[];
  /** What could not be looked at, and why. */
  readonly skipped: readonly string[];
  /** False: time was up before everything was looked at. */
  readonly complete: boolean;
  /** How many resources were looked at. */
  readonly resourceCount: number;
  /** The cluster did not answer at all: everything else is empty. */
  readonly unreachable?: Failure;
}

export interface ResourceProblem {
  readonly id: ObjectId;
  readonly status: 'failed' | 'progressing' | 'suspended';
  readonly reason: string;
  /** Whole. */
  readonly message: string;
  /** Those of the resources listed that it waits for. */
  readonly blockedBy: readonly ObjectId[];
  /** Those of the resources listed that wait for it. */
  readonly blocks: readonly ObjectId[];
}

export interface WorkloadProblem {
  /** The resource that applied it. */
  readonly appliedBy: ObjectId;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** A sentence each. */
  readonly problems: readonly string[];
  readonly pods: readonly PodProblem[];
}

export interface PodProblem {
  readonly namespace: string;
  readonly name: string;
  readonly phase: string;
  readonly node?: string;
  /** Why it has no node, why it was evicted and the like, a sentence each. */
  readonly problems: readonly string[];
  readonly containers: readonly ContainerProblem[];
  readonly claims: readonly ClaimProblem[];
}

export interface ContainerProblem {
  readonly name: string;
  readonly init: boolean;
  readonly image: string;
  readonly state: 'waiting' | 'running' | 'terminated' | 'unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
  readonly signal?: number;
  readonly restarts: number;
  /** How the run before this one ended. */
  readonly lastExit?: { readonly reason?: string; readonly message?: string; readonly exitCode?: number };
  /** Whether it has run at all, so that there is something to read. */
  readonly hasRun: boolean;
  readonly log?: ContainerLog;
}

export type ContainerLog = { readonly lines: readonly string[] } | { readonly unavailable: string };

/** A volume of a pod that is not there yet. */
export interface ClaimProblem {
  readonly name: string;
  /** `Pending`, `Lost`, or `missing` where there is no such claim. */
  readonly phase: string;
  readonly storageClass?: string;
}

/** Warning events of one reason and message. */
export interface EventGroup {
  readonly namespace: string;
  readonly reason: string;
  readonly message: string;
  /** `<Kind>/<name>` each. */
  readonly objects: readonly string[];
  readonly count: number;
  /** Ms since the epoch, in the cluster's time. */
  readonly lastAt: number;
}
