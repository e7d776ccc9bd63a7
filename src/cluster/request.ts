import type { IncomingHttpHeaders } from 'node:http';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ClusterRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default: `application/json`, for PATCH `application/merge-patch+json`. */
  readonly contentType?: string;
  /** What the answer is read as: JSON (default), or the text of a log. */
  readonly answer?: 'json' | 'text';
  readonly signal?: AbortSignal;
  /** Default: `limits.requestTimeoutMs`. */
  readonly timeoutMs?: number;
}

export interface ClusterResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly json: unknown;
  /** With `answer: 'text'` only. */
  readonly text?: string;
}
