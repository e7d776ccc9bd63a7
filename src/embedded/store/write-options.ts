/** How a write was asked for. */
export interface WriteOptions {
  readonly subresource?: 'status';
  readonly dryRun?: boolean;
  /** Who owns the fields that the write changes. Default `unknown`. */
  readonly fieldManager?: string;
  /** The apiVersion of the request's path. Default: the stored one. */
  readonly apiVersion?: string;
  /** What becomes of fields that the schema does not know. Default `Ignore`: they are dropped silently. */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  /** Takes the text of each `Warning` header. */
  readonly warn?: (text: string) => void;
}
