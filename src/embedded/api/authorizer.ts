import type { ObjectStore } from '../store/object-store.ts';
import type { Verdict } from './access-rules.ts';
import { type AccessRequest, type AccessRule, fitsPath, isCovered } from './access-rules.ts';
import { RbacRules } from './rbac-rules.ts';
import { ADMIN_GROUP, AUTHENTICATED, type Identity } from './users.ts';

/** `rules`: a user's own rules decide, and who has none may do everything. `rbac`: who has none may do what the stored RBAC objects say. */
export type AuthorizationMode = 'rules' | 'rbac';

const YES: Verdict = { allowed: true, reason: '' };
const NO: Verdict = { allowed: false, reason: '' };

/** What everybody may read, with and without credentials. */
export const PUBLIC_PATHS = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
/** What everybody with credentials may read. */
export const DISCOVERY_PATHS = [
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/healthz',
  '/livez',
  '/openapi',
  '/openapi/*',
  '/readyz',
  '/version',
  '/version/',
];
/** What everybody with credentials may ask about themselves. */
export const SELF_REVIEWS: readonly AccessRule[] = [
  {
    verb: 'create',
    group: 'authorization.k8s.io',
    resource: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  },
  { verb: 'create', group: 'authentication.k8s.io', resource: 'selfsubjectreviews' },
];

/** Decides who may do what. */
export class Authorizer {
  readonly #rbac: RbacRules | undefined;

  constructor(mode: AuthorizationMode, store: ObjectStore) {
    this.#rbac = mode === 'rbac' ? new RbacRules(store) : undefined;
  }

  decide(identity: Identity, request: AccessRequest): Verdict {
    const { allow, deny, groups } = identity;
    if (deny.length > 0 && request.resource !== '' && isCovered(deny, request)) return NO;
    if (allow === undefined && (this.#rbac === undefined || groups.includes(ADMIN_GROUP))) return YES;
    if (isForEverybody(groups.includes(AUTHENTICATED), request)) return YES;
    if (allow !== undefined) return request.resource !== '' && isCovered(allow, request) ? YES : NO;
    return this.#rbac?.decide(identity, request) ?? NO;
  }

  get rbac(): RbacRules | undefined {
    return this.#rbac;
  }
}

function isForEverybody(isAuthenticated: boolean, request: AccessRequest): boolean {
  const { resource, verb, path } = request;
  if (resource !== '') return isAuthenticated && isCovered(SELF_REVIEWS, request);
  return verb === 'get' && fitsPath(isAuthenticated ? DISCOVERY_PATHS : PUBLIC_PATHS, path);
}
