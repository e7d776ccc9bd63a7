/** What a decoder does not accept, in Go's words. */
export class Unfit extends Error {}
