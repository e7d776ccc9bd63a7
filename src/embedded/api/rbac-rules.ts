import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, asString } from '../json-value.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { type AccessRequest, fitsPath, type Verdict } from './access-rules.ts';
import { notFound } from './status-error.ts';
import type { Identity } from './users.ts';

const GROUP = 'rbac.authorization.k8s.io';

/** `rules[]` of a Role or ClusterRole. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

interface Granted {
  readonly rules: readonly PolicyRule[];
  /** Of bindings whose role is missing. */
  readonly errors: readonly string[];
}

/** What the stored Roles, ClusterRoles and their bindings grant; worked out once for each user and namespace until one of them changes. */
export class RbacRules {
  readonly #store: ObjectStore;
  readonly #granted = new Map<string, Granted>();

  constructor(store: ObjectStore) {
    this.#store = store;
    store.subscribe(({ resource }) => {
      if (resource.group === GROUP) this.#granted.clear();
    });
  }

  decide(identity: Identity, request: AccessRequest): Verdict {
    const { rules, errors } = this.of(identity, request.namespace);
    const allowed = rules.some((rule) => fits(rule, request));
    const list = errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`;
    return { allowed, reason: allowed || errors.length === 0 ? '' : `RBAC: ${list}` };
  }

  of(identity: Identity, namespace: string): Granted {
    const key = JSON.stringify([identity.name, identity.groups, namespace]);
    const known = this.#granted.get(key);
    if (known !== undefined) return known;
    const bindings = [
      ...this.#list('ClusterRoleBinding', ''),
      ...(namespace === '' ? [] : this.#list('RoleBinding', namespace)),
    ].filter((binding) => asArray(binding.subjects).some((subject) => isOf(asObject(subject), identity, binding)));
    const found = bindings.map((binding) => this.#roleOf(binding));
    const granted = {
      rules: found.flatMap((role) => (typeof role === 'string' ? [] : rulesOf(role))),
      errors: found.filter((role) => typeof role === 'string'),
    };
    this.#granted.set(key, granted);
    return granted;
  }

  #list(kind: string, namespace: string): readonly KubeObject[] {
    const resource = this.#store.resources.byGroupKind(GROUP, kind);
    return resource === undefined ? [] : this.#store.list(resource, namespace);
  }

  /** The role, or why there is none. */
  #roleOf({ roleRef, metadata }: KubeObject): KubeObject | string {
    const kind = asString(asObject(roleRef).kind) ?? '';
    const name = asString(asObject(roleRef).name) ?? '';
    const resource = this.#store.resources.byGroupKind(GROUP, kind);
    if (resource === undefined) return `no kind "${kind}"`;
    const role = this.#store.read(resource, kind === 'Role' ? (metadata.namespace ?? '') : '', name);
    return role ?? notFound({ group: GROUP, plural: resource.singular }, name).message;
  }
}

function rulesOf(role: KubeObject): readonly PolicyRule[] {
  const texts = (value: unknown): readonly string[] => asArray(value).filter((each) => typeof each === 'string');
  return asArray(role.rules)
    .map(asObject)
    .map((rule) => ({
      verbs: texts(rule.verbs),
      apiGroups: texts(rule.apiGroups),
      resources: texts(rule.resources),
      resourceNames: texts(rule.resourceNames),
      nonResourceURLs: texts(rule.nonResourceURLs),
    }));
}

function isOf(subject: Readonly<Record<string, unknown>>, identity: Identity, binding: KubeObject): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.name === identity.name;
    case 'Group':
      return identity.groups.includes(asString(subject.name) ?? '');
    case 'ServiceAccount': {
      const namespace = asString(subject.namespace) ?? binding.metadata.namespace ?? '';
      return identity.name === `system:serviceaccount:${namespace}:${String(subject.name)}`;
    }
    default:
      return false;
  }
}

function fits(rule: PolicyRule, { verb, group, resource, subresource, name, path }: AccessRequest): boolean {
  if (!includes(rule.verbs, verb)) return false;
  if (resource === '') return fitsPath(rule.nonResourceURLs, path);
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  return (
    includes(rule.apiGroups, group) &&
    (includes(rule.resources, full) || (subresource !== '' && rule.resources.includes(`*/${subresource}`))) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(name))
  );
}

function includes(values: readonly string[], value: string): boolean {
  return values.includes('*') || values.includes(value);
}
