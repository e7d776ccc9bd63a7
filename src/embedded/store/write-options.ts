/** How a write was asked for. */
export interface WriteOptions {
  /** `finalize` is the door to a Namespace's `spec.finalizers`. */
  readonly subresource?: 'status' | 'finalize';
  readonly dryRun?: boolean;
  /** Who owns the fields that the write changes. Default `unknown`. */
  readonly fieldManager?: string;
  /** The apiVersion of the request's path. Default: the stored one. */
  readonly apiVersion?: string;
  /** What becomes of fields that the schema does not know. Default `Ignore`: they are dropped silently. */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  /** Takes the text of each `Warning` header. */
  readonly warn?: (text: string) => void;
  /** `given`: the object carries its `metadata.managedFields` already (server-side apply). Default: they are worked out. */
  readonly managedFields?: 'given';
}

export type PropagationPolicy = 'Foreground' | 'Background' | 'Orphan';

/** How a deletion was asked for: metav1.DeleteOptions. */
export interface DeleteOptions {
  /** Precondition: delete only this very object. */
  readonly uid?: string;
  /** Precondition: delete only this version of it. */
  readonly resourceVersion?: string;
  readonly dryRun?: boolean;
  /** Heeded by Pods. */
  readonly gracePeriodSeconds?: number;
  /** What becomes of the objects that name this one as their owner. Default: what its finalizers say, else `Background`. */
  readonly propagationPolicy?: PropagationPolicy;
}
