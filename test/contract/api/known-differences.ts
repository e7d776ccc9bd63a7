/** Cases in which the embedded server answers otherwise than the real one, and is meant to. */
export const KNOWN_DIFFERENCES: readonly { readonly case: string; readonly why: string }[] = [];
