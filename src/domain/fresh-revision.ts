/** What was known of a target and its source before anything was asked. */
export interface BeforeRequest {
  readonly sourceRevision: string | undefined;
  readonly appliedRevision: string | undefined;
  readonly attemptedRevision: string | undefined;
}

/**
 * Does Flux run the target by itself for `revision`, which came with our request? A new revision of a source starts everything that reads it,
 * so asking too would make it run twice. Not where it was tried before already: then a Ready that is there may be an old one.
 */
export function isRunAnyway(revision: string | undefined, before: BeforeRequest): boolean {
  const { sourceRevision, appliedRevision, attemptedRevision } = before;
  if (revision === undefined || revision === sourceRevision) return false;
  return appliedRevision !== revision && attemptedRevision !== revision;
}
