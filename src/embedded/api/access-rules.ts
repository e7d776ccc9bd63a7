import type { ApiResource } from '../store/resource-registry.ts';
import { qualifiedName, StatusError } from './status-error.ts';

/** Forbids a verb on a resource (its plural, or `plural.group`; `*` for all of them), in one namespace or everywhere. */
export interface DenyRule {
  readonly verb: string;
  readonly resource: string;
  readonly namespace?: string;
}

export interface AccessRequest {
  readonly verb: string;
  readonly group: string;
  readonly plural: string;
  readonly subresource?: string | undefined;
  readonly namespace: string;
  readonly name?: string | undefined;
}

export function isDenied(rules: readonly DenyRule[], request: AccessRequest): boolean {
  const suffix = request.subresource === undefined ? '' : `/${request.subresource}`;
  const names = [`${request.plural}${suffix}`, `${qualifiedName(request)}${suffix}`];
  return rules.some(
    (rule) =>
      (rule.verb === '*' || rule.verb === request.verb) &&
      (rule.resource === '*' || names.includes(rule.resource)) &&
      (rule.namespace === undefined || rule.namespace === request.namespace),
  );
}

/** 403 in the words of RBAC. */
export function forbidden(user: string, request: AccessRequest & { readonly resource: ApiResource }): StatusError {
  const { verb, group, plural, namespace, name = '', subresource } = request;
  const suffix = subresource === undefined ? '' : `/${subresource}`;
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const quoted = name === '' ? '' : ` "${name}"`;
  const message = `${qualifiedName({ group, plural })}${quoted} is forbidden: User "${user}" cannot ${verb} resource "${plural}${suffix}" in API group "${group}" ${scope}`;
  return new StatusError(403, 'Forbidden', message, { name, ...(group === '' ? {} : { group }), kind: plural });
}
