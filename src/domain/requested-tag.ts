/** Where the tag comes from that a push goes to and a reconcile asks for. */
export interface TagChoice {
  /** `oci://host/repository:tag` on the command line, or `--tag`. */
  readonly given: string | undefined;
  /** `workload.tag`. */
  readonly configured: string | undefined;
  /** The tag in the configured registry's address. */
  readonly inRegistry: string | undefined;
}

export const TAG_FALLBACK = 'dev';

/** The first that is there decides, in the order of the fields. */
export function requestedTag({ given, configured, inRegistry }: TagChoice): string {
  return given ?? configured ?? inRegistry ?? TAG_FALLBACK;
}
