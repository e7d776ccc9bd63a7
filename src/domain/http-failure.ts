import type { FailureKind } from './failure.ts';

/** The failure an HTTP status stands for. Statuses below 400 that end here are as unexpected as an invalid answer. */
export function failureKindOfStatus(status: number): FailureKind {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 408:
      return 'timeout';
    case 409:
      return 'conflict';
    case 410:
      return 'gone';
    case 429:
      return 'throttled';
    default:
      return status >= 500 ? 'unavailable' : 'invalid';
  }
}

const TIMEOUT_CODES: ReadonlySet<string> = new Set([
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'ERR_SOCKET_CONNECTION_TIMEOUT',
  'ERR_TLS_HANDSHAKE_TIMEOUT',
]);

/** What Node.js has no code for: more redirects than anybody means, as a proxy that is being set up sends them. */
export const REDIRECT_LIMIT_CODE = 'ERR_REDIRECT_LIMIT';

/**
 * The failure a Node.js error code of a request stands for. TLS codes mean that the other side is not who it should be: another
 * attempt does not change that, so they are `invalid`.
 */
export function failureKindOfErrorCode(code: string | undefined): FailureKind {
  if (code === undefined) return 'unavailable';
  if (TIMEOUT_CODES.has(code)) return 'timeout';
  return isTlsErrorCode(code) ? 'invalid' : 'unavailable';
}

/** True for the codes OpenSSL and Node.js give when a certificate or the handshake's protocol is refused. */
export function isTlsErrorCode(code: string): boolean {
  return (
    /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/.test(code) || code.startsWith('ERR_TLS_') || code.startsWith('ERR_SSL_')
  );
}

/** `Retry-After` in ms: seconds or an HTTP date, never negative. Undefined where it is missing or unreadable. */
export function parseRetryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
