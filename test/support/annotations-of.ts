/** The annotations that a merge patch sets. */
export function annotationsOf(patch: unknown): Readonly<Record<string, string>> {
  return (patch as { readonly metadata: { readonly annotations: Readonly<Record<string, string>> } }).metadata
    .annotations;
}
