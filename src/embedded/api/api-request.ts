import type { RequestInfo } from './request-info.ts';

/** One request as counters and faults see it. `resource` is the plural, empty for discovery and health. */
export interface ApiRequest {
  readonly verb: string;
  readonly resource: string;
  readonly group: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
}

export function describe({ path, verb, resource, group, subresource, namespace, name }: RequestInfo): ApiRequest {
  return { path, verb, resource, group, subresource, namespace: resource === 'namespaces' ? '' : namespace, name };
}
