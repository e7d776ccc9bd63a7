import { asArray, asObject, asString, isJsonObject, type JsonObject } from '../json-value.ts';
import { invalidObject, invalidValue } from '../schema/field-error.ts';
import type { AccessRequest, AccessRule } from './access-rules.ts';
import { type Authorizer, DISCOVERY_PATHS, PUBLIC_PATHS, SELF_REVIEWS } from './authorizer.ts';
import { groupsOf } from './impersonation.ts';
import { badRequest, StatusError } from './status-error.ts';
import { ADMIN_GROUP, type Identity, type Users } from './users.ts';

const AUTHORIZATION = 'authorization.k8s.io/v1';
const AUTHENTICATION = 'authentication.k8s.io/v1';

interface Asked {
  readonly review: string;
  /** Of the path. */
  readonly namespace: string;
  readonly body: JsonObject;
  readonly identity: Identity;
  readonly nowText: string;
}

/** Answers what can only be asked: who one is, and what one may do. */
export function answerReview(asked: Asked, users: Users, authorizer: Authorizer): JsonObject {
  const { review, body, identity } = asked;
  const spec = asObject(body.spec);
  switch (review) {
    case 'SelfSubjectReview':
      return selfReview(asked);
    case 'SelfSubjectRulesReview':
      return rulesReview(spec, identity, authorizer);
    case 'TokenReview':
      return tokenReview(spec, users);
    case 'SelfSubjectAccessReview':
      return accessReview(asked, spec, identity, authorizer);
    default:
      return accessReview(asked, spec, subjectOf(spec, users, authorizer), authorizer);
  }
}

function selfReview({ identity, nowText }: Asked): JsonObject {
  return {
    kind: 'SelfSubjectReview',
    apiVersion: AUTHENTICATION,
    metadata: { creationTimestamp: nowText },
    status: { userInfo: userInfo(identity) },
  };
}

function userInfo({ name, uid, groups }: Identity): JsonObject {
  return { username: name, ...(uid === undefined ? {} : { uid }), groups };
}

function tokenReview(spec: JsonObject, users: Users): JsonObject {
  const identity = users.ofToken(asString(spec.token) ?? '');
  const status =
    identity === undefined
      ? { user: {}, error: 'invalid bearer token' }
      : {
          authenticated: true,
          user: userInfo(identity),
          audiences: asArray(spec.audiences).length > 0 ? spec.audiences : ['https://kubernetes.default.svc'],
        };
  return { kind: 'TokenReview', apiVersion: AUTHENTICATION, metadata: {}, spec, status };
}

function subjectOf(spec: JsonObject, users: Users, authorizer: Authorizer): Identity {
  const name = asString(spec.user) ?? '';
  const known = users.named(name);
  if (known !== undefined) return known;
  const groups = asArray(spec.groups).filter((group) => typeof group === 'string');
  const isUndeclared = name.startsWith('system:serviceaccount:') || authorizer.rbac !== undefined;
  return { name, groups: [...groups, ...groupsOf(name)], allow: isUndeclared ? undefined : [], deny: [] };
}

function accessReview(
  { review, namespace }: Asked,
  spec: JsonObject,
  identity: Identity,
  authorizer: Authorizer,
): JsonObject {
  const { allowed, reason } = authorizer.decide(identity, wantedOf(spec));
  return {
    kind: review,
    apiVersion: AUTHORIZATION,
    metadata: namespace === '' ? {} : { namespace },
    spec,
    status: { allowed, ...(reason === '' ? {} : { reason }) },
  };
}

function wantedOf(spec: JsonObject): AccessRequest {
  const { resourceAttributes, nonResourceAttributes } = spec;
  requireOneKind(resourceAttributes, nonResourceAttributes);
  const text = (field: string): string => asString(asObject(resourceAttributes ?? nonResourceAttributes)[field]) ?? '';
  return {
    verb: text('verb'),
    group: text('group'),
    resource: text('resource'),
    subresource: text('subresource'),
    namespace: text('namespace'),
    name: text('name'),
    path: text('path'),
  };
}

function requireOneKind(resource: unknown, path: unknown): void {
  const isBoth = isJsonObject(resource) && isJsonObject(path);
  if (isJsonObject(resource) !== isJsonObject(path)) return;
  const error = isBoth
    ? invalidValue(
        'spec.nonResourceAttributes',
        { Path: path.path ?? '', Verb: path.verb ?? '' },
        'cannot be specified in combination with resourceAttributes',
      )
    : invalidValue(
        'spec.resourceAttributes',
        null,
        'exactly one of nonResourceAttributes or resourceAttributes must be specified',
      );
  // The real server forgets the kind here.
  const { code, reason, message, details } = invalidObject({ group: 'authorization.k8s.io', kind: '' }, '', [error]);
  const { kind: _kind, ...known } = details ?? {};
  throw new StatusError(code, reason, message, known);
}

function rulesReview(spec: JsonObject, identity: Identity, authorizer: Authorizer): JsonObject {
  const namespace = asString(spec.namespace) ?? '';
  if (namespace === '') throw badRequest('no namespace on request');
  const isFree =
    identity.allow === undefined && (authorizer.rbac === undefined || identity.groups.includes(ADMIN_GROUP));
  const granted = isFree || identity.allow !== undefined ? [] : (authorizer.rbac?.of(identity, namespace).rules ?? []);
  const own = [...SELF_REVIEWS, ...(identity.allow ?? [])].filter((rule) => isIn(rule, namespace));
  return {
    kind: 'SelfSubjectRulesReview',
    apiVersion: AUTHORIZATION,
    metadata: {},
    spec: {},
    status: {
      resourceRules: [
        ...own.map(resourceRule),
        ...granted
          .filter(({ resources }) => resources.length > 0)
          .map(({ nonResourceURLs: _paths, resourceNames, ...rule }) => ({
            ...rule,
            ...(resourceNames.length === 0 ? {} : { resourceNames }),
          })),
        ...(isFree ? [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] : []),
      ],
      nonResourceRules: [
        { verbs: ['get'], nonResourceURLs: DISCOVERY_PATHS },
        { verbs: ['get'], nonResourceURLs: PUBLIC_PATHS },
        ...granted
          .filter(({ nonResourceURLs }) => nonResourceURLs.length > 0)
          .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
        ...(isFree ? [{ verbs: ['*'], nonResourceURLs: ['*'] }] : []),
      ],
      incomplete: false,
    },
  };
}

function isIn({ namespace = '*' }: AccessRule, wanted: string): boolean {
  return [namespace].flat().some((each) => each === '*' || each === wanted);
}

function resourceRule({ verb, group = '*', resource, subresource, name }: AccessRule): JsonObject {
  const resources = [resource].flat();
  return {
    verbs: [verb].flat(),
    apiGroups: [group].flat(),
    resources:
      subresource === undefined
        ? resources
        : resources.flatMap((each) => [subresource].flat().map((sub) => `${each}/${sub}`)),
    ...(name === undefined ? {} : { resourceNames: [name].flat() }),
  };
}
