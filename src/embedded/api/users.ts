import { randomBytes } from 'node:crypto';
import type { AccessRule } from './access-rules.ts';

/** Somebody who may use the cluster. */
export interface ClusterUser {
  readonly name: string;
  /** Beside `system:authenticated`. */
  readonly groups?: readonly string[];
  /** Default: made up. */
  readonly token?: string;
  /** What the user may do; without it, everything (with `authorization: 'rbac'`: what the stored RBAC objects say). */
  readonly allow?: readonly AccessRule[];
  /** What the user may not do, whatever is allowed. */
  readonly deny?: readonly AccessRule[];
}

/** Whom a request comes from. */
export interface Identity {
  readonly name: string;
  /** As a token file gives it: the name once more. Absent for those who are impersonated. */
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly allow: readonly AccessRule[] | undefined;
  readonly deny: readonly AccessRule[];
}

export const ADMIN_GROUP = 'system:masters';
export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';

const ANONYMOUS: Identity = { name: 'system:anonymous', groups: [UNAUTHENTICATED], allow: [], deny: [] };

/** Who without credentials is let in: nobody (401), an anonymous user who may do hardly anything, or one who may do everything. */
export type AnonymousAccess = 'refused' | 'restricted' | 'full';

/** The users of one cluster and their tokens. */
export class Users {
  readonly #anonymous: AnonymousAccess;
  readonly #tokens = new Map<string, string>();
  /** By the whole Authorization header. */
  readonly #byHeader = new Map<string, Identity>();
  readonly #identities = new Map<string, Identity>();

  constructor(users: readonly ClusterUser[], anonymous: AnonymousAccess) {
    this.#anonymous = anonymous;
    for (const user of users) {
      if (this.#tokens.has(user.name)) throw new Error(`expected each user once, found ${user.name} twice`);
      this.#add(user);
    }
  }

  #add({ name, groups = [], token = randomBytes(24).toString('base64url'), allow, deny = [] }: ClusterUser): void {
    this.issue(token, { name, uid: name, groups: [...groups, AUTHENTICATED], allow, deny });
    this.#tokens.set(name, token);
  }

  /** Lets in who shows `token`. */
  issue(token: string, identity: Identity): void {
    this.#byHeader.set(`Bearer ${token}`, identity);
    this.#identities.set(identity.name, identity);
  }

  tokenOf(name: string): string {
    const token = this.#tokens.get(name);
    if (token === undefined) throw new Error(`expected one of ${[...this.#tokens.keys()].join(', ')}, found ${name}`);
    return token;
  }

  /** From now on the user's token is refused with 401. */
  expireToken(name: string): void {
    this.#byHeader.delete(`Bearer ${this.tokenOf(name)}`);
  }

  /** Gives the user another token; the one before is refused. */
  renewToken(name: string): string {
    const identity = this.#identities.get(name);
    this.expireToken(name);
    const token = randomBytes(24).toString('base64url');
    if (identity !== undefined) this.issue(token, identity);
    this.#tokens.set(name, token);
    return token;
  }

  named(name: string): Identity | undefined {
    return this.#identities.get(name);
  }

  ofToken(token: string): Identity | undefined {
    return this.#byHeader.get(`Bearer ${token}`);
  }

  /** Undefined: to be refused with 401. */
  identify(authorization: string | undefined): Identity | undefined {
    if (authorization !== undefined) {
      const found = this.#byHeader.get(authorization);
      if (found !== undefined) return found;
      const [scheme = '', token = ''] = authorization.split(' ');
      // Other kinds of credentials are not looked at.
      if (scheme.toLowerCase() === 'bearer' && token !== '') return this.ofToken(token);
    }
    switch (this.#anonymous) {
      case 'refused':
        return undefined;
      case 'restricted':
        return ANONYMOUS;
      case 'full':
        return { ...ANONYMOUS, allow: undefined };
    }
  }
}
