const CODES: Readonly<Record<number, string>> = {
  401: 'UNAUTHORIZED',
  403: 'DENIED',
  404: 'NAME_UNKNOWN',
  429: 'TOOMANYREQUESTS',
};

/** A refusal of the registry, with a code of the distribution specification. */
export class OciError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'OciError';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  static ofStatus(status: number, retryAfterSeconds?: number): OciError {
    const headers = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
    return new OciError(status, CODES[status] ?? 'UNKNOWN', `status ${status} by a fault on demand`, headers);
  }

  static unsupported(method: string): OciError {
    return new OciError(405, 'UNSUPPORTED', `the operation is unsupported: ${method}`);
  }

  json(): string {
    return JSON.stringify({ errors: [{ code: this.code, message: this.message, detail: null }] });
  }
}
