import { StatusError } from '../api/status-error.ts';

/** A body that does not fit the types of its kind: 400, as the real server's decoder says it. */
export class DecodingError extends StatusError {
  /** What the decoder found, without the sentence around it. */
  readonly detail: string;
  constructor(kind: string, version: string, detail: string) {
    super(400, 'BadRequest', `${kind} in version "${version}" cannot be handled as a ${kind}: ${detail}`);
    this.name = 'DecodingError';
    this.detail = detail;
  }
}
