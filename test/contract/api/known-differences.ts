/** Cases in which the embedded server answers otherwise than the real one, and is meant to. */
export const KNOWN_DIFFERENCES: readonly { readonly case: string; readonly why: string }[] = [
  {
    case: 'a replacement with a bad label is invalid',
    why: 'a real server validates the metadata of some kinds several times and lists the same cause as often; here it is listed once',
  },
  { case: 'a merge patch to a bad label is invalid', why: 'the same' },
];
