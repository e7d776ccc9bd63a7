import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, isJsonObject, type JsonObject, sameJson } from '../json-value.ts';
import { type FieldError, invalidValue, requiredValue, unsupportedValue } from './field-error.ts';

export function eventErrors(event: KubeObject): readonly FieldError[] {
  const involved = asObject(event.involvedObject).namespace ?? '';
  // An event about an object of the cluster is kept in the namespace default.
  if (involved === '' && event.metadata.namespace === 'default') return [];
  if (involved === event.metadata.namespace) return [];
  return [invalidValue('involvedObject.namespace', involved, 'does not match event.namespace')];
}

export function leaseErrors({ spec }: KubeObject): readonly FieldError[] {
  const { leaseDurationSeconds, leaseTransitions } = asObject(spec);
  const errors: FieldError[] = [];
  if (typeof leaseDurationSeconds === 'number' && leaseDurationSeconds <= 0) {
    errors.push(invalidValue('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
  }
  if (typeof leaseTransitions === 'number' && leaseTransitions < 0) {
    errors.push(invalidValue('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0'));
  }
  return errors;
}

export function storageClassErrors(storageClass: KubeObject): readonly FieldError[] {
  return storageClass.provisioner ? [] : [requiredValue('provisioner')];
}

export function ingressErrors(ingress: KubeObject): readonly FieldError[] {
  const spec = asObject(ingress.spec);
  const rules = asArray(spec.rules).map(asObject);
  if (rules.length === 0 && spec.defaultBackend === undefined) {
    return [invalidValue('spec', null, 'either `defaultBackend` or `rules` must be specified')];
  }
  return rules.flatMap((rule, index) =>
    asArray(asObject(rule.http).paths).flatMap((path, place) =>
      asObject(path).pathType
        ? []
        : [requiredValue(`spec.rules[${index}].http.paths[${place}].pathType`, 'pathType must be specified')],
    ),
  );
}

export function scalerErrors(scaler: KubeObject): readonly FieldError[] {
  const spec = asObject(scaler.spec);
  const target = asObject(spec.scaleTargetRef);
  const most = Number(spec.maxReplicas ?? 0);
  const errors: FieldError[] = [];
  if (most < 1) errors.push(requiredValue('spec.maxReplicas', 'must be set and greater than 0'));
  if (most < Number(spec.minReplicas ?? 0)) {
    errors.push(invalidValue('spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`'));
  }
  for (const field of ['kind', 'name']) if (!target[field]) errors.push(requiredValue(`spec.scaleTargetRef.${field}`));
  if (!target.apiVersion) {
    errors.push(invalidValue('spec.scaleTargetRef.apiVersion', '', 'apiVersion must specify API group'));
  }
  return errors;
}

export function roleErrors(role: KubeObject): readonly FieldError[] {
  return asArray(role.rules).flatMap((given, index) => ruleErrors(asObject(given), `rules[${index}]`, role.kind));
}

function ruleErrors(rule: JsonObject, at: string, kind: string): readonly FieldError[] {
  const isEmpty = (field: string): boolean => asArray(rule[field]).length === 0;
  const errors: FieldError[] = [];
  if (isEmpty('verbs')) errors.push(requiredValue(`${at}.verbs`, 'verbs must contain at least one value'));
  if (!isEmpty('nonResourceURLs')) {
    if (kind === 'Role') {
      const why = 'namespaced rules cannot apply to non-resource URLs';
      errors.push(invalidValue(`${at}.nonResourceURLs`, rule.nonResourceURLs, why));
    }
    return errors;
  }
  if (isEmpty('apiGroups')) {
    errors.push(requiredValue(`${at}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  if (isEmpty('resources')) {
    errors.push(requiredValue(`${at}.resources`, 'resource rules must supply at least one resource'));
  }
  return errors;
}

export function bindingErrors(binding: KubeObject, before: KubeObject | undefined): readonly FieldError[] {
  const role = asObject(binding.roleRef);
  const kinds = binding.kind === 'ClusterRoleBinding' ? ['ClusterRole'] : ['Role', 'ClusterRole'];
  const errors: FieldError[] = [];
  if (!kinds.includes(String(role.kind))) errors.push(unsupportedValue('roleRef.kind', role.kind ?? '', kinds));
  if (!role.name) errors.push(requiredValue('roleRef.name'));
  if (isJsonObject(before?.roleRef) && !sameJson(role, before.roleRef)) {
    const printed = { APIGroup: role.apiGroup, Kind: role.kind, Name: role.name };
    errors.unshift(invalidValue('roleRef', printed, 'cannot change roleRef'));
  }
  return errors;
}
