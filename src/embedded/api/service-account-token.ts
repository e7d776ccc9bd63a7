import { randomBytes, randomUUID } from 'node:crypto';
import type { KubeObject } from '../../domain/kube-object.ts';
import { type EmbeddedClock, rfc3339 } from '../clock.ts';
import { asArray, asObject, type JsonObject } from '../json-value.ts';
import { invalidObject, invalidValue } from '../schema/field-error.ts';
import { groupsOf } from './impersonation.ts';
import type { Users } from './users.ts';

const ISSUER = 'https://kubernetes.default.svc';
const SECONDS_MIN = 600;
const SECONDS_DEFAULT = 3_600;

/** `POST serviceaccounts/<name>/token`: a token that the cluster takes. It has the form of the real one; its signature is made up. */
export function issueToken(account: KubeObject, request: JsonObject, users: Users, clock: EmbeddedClock): KubeObject {
  const { name, namespace = '', uid } = account.metadata;
  const spec = asObject(request.spec);
  const seconds = typeof spec.expirationSeconds === 'number' ? spec.expirationSeconds : SECONDS_DEFAULT;
  if (seconds < SECONDS_MIN) {
    const why = 'may not specify a duration less than 10 minutes';
    const error = invalidValue('spec.expirationSeconds', seconds, why);
    throw invalidObject({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', [error]);
  }
  const given = asArray(spec.audiences);
  const audiences = given.length > 0 ? given : [ISSUER];
  const nowSeconds = Math.floor(clock.now() / 1_000);
  const subject = `system:serviceaccount:${namespace}:${name}`;
  const token = webToken({
    aud: audiences,
    exp: nowSeconds + seconds,
    iat: nowSeconds,
    iss: ISSUER,
    jti: randomUUID(),
    'kubernetes.io': { namespace, serviceaccount: { name, uid } },
    nbf: nowSeconds,
    sub: subject,
  });
  users.issue(token, {
    name: subject,
    ...(uid === undefined ? {} : { uid }),
    groups: groupsOf(subject),
    allow: undefined,
    deny: [],
  });
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, ...(uid === undefined ? {} : { uid }), creationTimestamp: rfc3339(clock.now()) },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: spec.boundObjectRef ?? null },
    status: { token, expirationTimestamp: rfc3339(clock.now() + seconds * 1_000) },
  };
}

function webToken(claims: JsonObject): string {
  const part = (value: JsonObject): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256', kid: 'embedded' })}.${part(claims)}.${randomBytes(32).toString('base64url')}`;
}
