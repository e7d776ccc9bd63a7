import { qualifiedName, StatusError } from './status-error.ts';

/**
 * What a user may or may not do. Each field is one value or several; `*` and a field that is left out stand for everything
 * (`subresource`: left out, the resource itself only).
 */
export interface AccessRule {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`, … */
  readonly verb: string | readonly string[];
  /** A plural: `pods`, `pods/log`, `pods/*`, `deployments.apps`, `deployments.apps/scale`. */
  readonly resource: string | readonly string[];
  /** Empty for the core group. */
  readonly group?: string | readonly string[];
  readonly subresource?: string | readonly string[];
  readonly namespace?: string | readonly string[];
  /** Requests without a name (a list, a create) do not fit. */
  readonly name?: string | readonly string[];
}

/** The older name of AccessRule. */
export type DenyRule = AccessRule;

/** What somebody wants to do. A path that is no resource's has an empty `resource`. */
export interface AccessRequest {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
}

/** An authorizer's answer. */
export interface Verdict {
  readonly allowed: boolean;
  /** What the authorizer has to say to it; empty for nothing. */
  readonly reason: string;
}

export function isCovered(rules: readonly AccessRule[], request: AccessRequest): boolean {
  return rules.some(
    (rule) =>
      fits(rule.verb, request.verb) &&
      fitsResource(rule, request) &&
      fits(rule.group, request.group) &&
      fits(rule.namespace, request.namespace) &&
      (rule.name === undefined || fits(rule.name, request.name)),
  );
}

function fits(wanted: string | readonly string[] | undefined, found: string): boolean {
  if (wanted === undefined || wanted === '*' || wanted === found) return true;
  return typeof wanted !== 'string' && (wanted.includes('*') || wanted.includes(found));
}

function fitsResource(rule: AccessRule, { resource: plural, group, subresource }: AccessRequest): boolean {
  const names = typeof rule.resource === 'string' ? [rule.resource] : rule.resource;
  if (names.includes('*')) return rule.subresource === undefined || fits(rule.subresource, subresource);
  const forms = [plural, qualifiedName({ plural, group })];
  if (rule.subresource !== undefined) {
    return forms.some((form) => names.includes(form)) && fits(rule.subresource, subresource);
  }
  if (subresource === '') return forms.some((form) => names.includes(form));
  return [...forms.flatMap((form) => [`${form}/${subresource}`, `${form}/*`]), `*/${subresource}`].some((form) =>
    names.includes(form),
  );
}

/** Whether a path is one of `patterns`, which may end in `*`. */
export function fitsPath(patterns: readonly string[], path: string): boolean {
  return patterns.some((pattern) => (pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path));
}

/** 403 in the words of the real server. `why` is what the authorizer has to say beyond a no. */
export function forbidden(user: string, request: AccessRequest, why = ''): StatusError {
  const { verb, group, resource: plural, namespace, name, subresource, path } = request;
  const reason = why === '' ? '' : `: ${why}`;
  if (plural === '') {
    return new StatusError(403, 'Forbidden', `forbidden: User "${user}" cannot ${verb} path "${path}"${reason}`, {});
  }
  const suffix = subresource === '' ? '' : `/${subresource}`;
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const quoted = name === '' ? '' : ` "${name}"`;
  const message = `${qualifiedName({ group, plural })}${quoted} is forbidden: User "${user}" cannot ${verb} resource "${plural}${suffix}" in API group "${group}" ${scope}${reason}`;
  return new StatusError(403, 'Forbidden', message, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind: plural,
  });
}
