/** What one observation says about one wait. */
export interface Verdict {
  readonly verdict: 'ready' | 'failed' | 'progressing' | 'suspended';
  /** The controller's reason, or one of ours: `Suspended`, `Stale`, `OtherRevision`, `Unknown`. */
  readonly reason: string;
  readonly message: string;
  /**
   * Waiting longer cannot change it: suspended, or Stalled. A `failed` that is not terminal ends this wait, yet the controller
   * may recover by itself: a later `ready` is to be believed.
   */
  readonly terminal: boolean;
  /** Set when the condition seen answers another question than ours: which part of it is from before. */
  readonly stale?: 'generation' | 'request' | 'revision';
}

export interface WantedTarget {
  /** `status.artifact.revision` of the source, the whole string. Undefined: any (a HelmRelease counts in chart versions). */
  readonly revision: string | undefined;
  /** The `requestedAt` that we set on the target; undefined when it was not asked itself. */
  readonly token: string | undefined;
  /** Of an Application: the revision of the last sync that had ended when it was asked; null: none had. Undefined: not known. */
  readonly syncedBefore?: string | null | undefined;
}
