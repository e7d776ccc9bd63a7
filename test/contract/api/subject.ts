import type { Answer, RequestOptions } from './exchange.ts';
import type { Watch } from './watch.ts';

/** What a contract test talks to: an API server of either sort, with the users of rights.ts. */
export interface ApiSubject {
  readonly name: 'embedded' | 'control-plane';
  /** Never rejects on a refusal: the answer carries it. The administrator asks unless the options say who. */
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** Resolves when the answer's headers are there. */
  watch(path: string, options?: RequestOptions): Promise<Watch>;
  /** Makes a namespace that no other test uses and gives its name. */
  namespace(): Promise<string>;
  /** Drops every revision before the current one, and every running watch with it. */
  forgetHistory(): Promise<void>;
  stop(): Promise<void>;
}

/** An object as it comes over the wire: the fields the suites read by name, and all others. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ApiMetadata;
  readonly items?: readonly ApiObject[];
  readonly [field: string]: unknown;
}

export interface ApiMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly managedFields?: readonly ManagedFields[];
  readonly [field: string]: unknown;
}

export interface ManagedFields {
  readonly manager: string;
  readonly operation: string;
  readonly apiVersion: string;
  readonly time: string;
  readonly fieldsType: string;
  readonly fieldsV1: Readonly<Record<string, unknown>>;
  readonly subresource?: string;
}
