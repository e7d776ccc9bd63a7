/** The one annotation of a closure artifact's manifest, and of what reads it: the digest of the closure, and nothing that comes from Git or a clock. */
export const CONTENT_ANNOTATION = 'reconcile-machine.dev/content';

/** The digest of the closure that an artifact was made of; undefined where another tool made it. */
export function contentOf(annotations: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const content = annotations?.[CONTENT_ANNOTATION];
  return typeof content === 'string' ? content : undefined;
}
