const CODES: Readonly<Record<number, string>> = {
  401: 'UNAUTHORIZED',
  403: 'DENIED',
  404: 'NAME_UNKNOWN',
  429: 'TOOMANYREQUESTS',
};

/** The texts of the distribution project, which most registries share. */
const MESSAGES = {
  BLOB_UNKNOWN: 'blob unknown to registry',
  BLOB_UPLOAD_INVALID: 'blob upload invalid',
  BLOB_UPLOAD_UNKNOWN: 'blob upload unknown to registry',
  DIGEST_INVALID: 'provided digest did not match uploaded content',
  MANIFEST_BLOB_UNKNOWN: 'blob unknown to registry',
  MANIFEST_INVALID: 'manifest invalid',
  MANIFEST_UNKNOWN: 'manifest unknown',
  NAME_UNKNOWN: 'repository name not known to registry',
  RANGE_INVALID: 'invalid content range',
  SIZE_INVALID: 'provided length did not match content length',
  UNAUTHORIZED: 'authentication required',
} as const;

export type OciCode = keyof typeof MESSAGES;

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly detail?: unknown;
}

/** A refusal of the registry, with codes of the distribution specification, or (without any) in plain text. */
export class OciError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly #refusals: readonly Refusal[];
  constructor(
    status: number,
    message: string,
    refusals: readonly Refusal[],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'OciError';
    this.status = status;
    this.headers = headers;
    this.#refusals = refusals;
  }

  static of(status: number, code: OciCode, detail?: unknown, headers?: Readonly<Record<string, string>>): OciError {
    const message = MESSAGES[code];
    return new OciError(status, message, [{ code, message, ...(detail === undefined ? {} : { detail }) }], headers);
  }

  static ofStatus(status: number, retryAfterSeconds?: number): OciError {
    const headers = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
    const message = `status ${status} by a fault on demand`;
    return new OciError(status, message, [{ code: CODES[status] ?? 'UNKNOWN', message, detail: null }], headers);
  }

  static notAllowed(allowed: readonly string[]): OciError {
    return new OciError(405, 'Method not allowed', [], { Allow: [...allowed].sort().join(', ') });
  }

  static noSuchPage(): OciError {
    return new OciError(404, '404 page not found', []);
  }

  get contentType(): string {
    return this.#refusals.length === 0 ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  }

  text(): string {
    return this.#refusals.length === 0 ? `${this.message}\n` : `${JSON.stringify({ errors: this.#refusals })}\n`;
  }
}
