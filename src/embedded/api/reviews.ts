import type { ApiResource } from '../store/resource-registry.ts';

function review(group: string, kind: string, namespaced = false): ApiResource {
  return {
    group,
    versions: ['v1'],
    plural: `${kind.toLowerCase()}s`,
    singular: kind.toLowerCase(),
    kind,
    namespaced,
    shortNames: [],
    categories: [],
    hasStatus: false,
    hasGeneration: false,
  };
}

/** What can only be asked, not stored: `create` answers at once. */
export const REVIEWS: readonly ApiResource[] = [
  review('authentication.k8s.io', 'SelfSubjectReview'),
  review('authorization.k8s.io', 'SelfSubjectAccessReview'),
  review('authorization.k8s.io', 'SelfSubjectRulesReview'),
  review('authorization.k8s.io', 'SubjectAccessReview'),
  review('authorization.k8s.io', 'LocalSubjectAccessReview', true),
  review('authentication.k8s.io', 'TokenReview'),
];
