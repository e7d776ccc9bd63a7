import type { IncomingHttpHeaders } from 'node:http';
import { type AccessRequest, forbidden } from './access-rules.ts';
import type { Authorizer } from './authorizer.ts';
import { AUTHENTICATED, type Identity, type Users } from './users.ts';

/** Who `identity` acts as: `kubectl --as`. 403 for those who may not impersonate. */
export function actingAs(
  identity: Identity,
  headers: IncomingHttpHeaders,
  users: Users,
  authorizer: Authorizer,
  wanted: AccessRequest,
): Identity {
  const name = headers['impersonate-user'];
  if (typeof name !== 'string' || name === '') return identity;
  const right = { verb: 'impersonate', group: '', resource: 'users', subresource: '', namespace: '', name, path: '' };
  if (!authorizer.decide(identity, right).allowed) {
    throw forbidden(identity.name, { ...wanted, verb: `impersonate-on:user-info:${wanted.verb}` });
  }
  const given = headers['impersonate-group'];
  const known = users.named(name);
  const groups = given === undefined ? undefined : String(given).split(', ');
  return {
    name,
    groups: groups === undefined ? (known?.groups ?? groupsOf(name)) : [...groups, AUTHENTICATED],
    // Nobody knows the rights of a stranger; service accounts are not declared anywhere but in the cluster.
    allow:
      known === undefined && !name.startsWith('system:serviceaccount:') && authorizer.rbac === undefined
        ? []
        : known?.allow,
    deny: known?.deny ?? [],
  };
}

/** The groups that come with a name. */
export function groupsOf(name: string): readonly string[] {
  const [, namespace] = /^system:serviceaccount:([^:]+):/.exec(name) ?? [];
  if (namespace === undefined) return [AUTHENTICATED];
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, AUTHENTICATED];
}
