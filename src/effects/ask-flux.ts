import type { ObjectReference } from '../cluster/resource.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { type ObjectId, parseObjectId } from '../domain/target.ts';

export const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt';

/** The annotation that asks any Flux controller to reconcile its object now. */
export function requestAnnotation(token: string): Readonly<Record<string, string>> {
  return { [REQUESTED_AT]: token };
}

const PLURALS: Readonly<Record<string, { readonly apiVersion: string; readonly plural: string }>> = {
  Kustomization: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', plural: 'kustomizations' },
  HelmRelease: { apiVersion: 'helm.toolkit.fluxcd.io/v2', plural: 'helmreleases' },
  OCIRepository: { apiVersion: 'source.toolkit.fluxcd.io/v1', plural: 'ocirepositories' },
  GitRepository: { apiVersion: 'source.toolkit.fluxcd.io/v1', plural: 'gitrepositories' },
  Bucket: { apiVersion: 'source.toolkit.fluxcd.io/v1', plural: 'buckets' },
  ArtifactGenerator: { apiVersion: 'source.extensions.fluxcd.io/v1beta1', plural: 'artifactgenerators' },
  Application: { apiVersion: 'argoproj.io/v1alpha1', plural: 'applications' },
  ExternalArtifact: { apiVersion: 'source.toolkit.fluxcd.io/v1', plural: 'externalartifacts' },
};

/** How the API addresses the object, in the version the cluster showed it in (`live`), else the usual one. */
export function objectReference(id: ObjectId, live: KubeObject | undefined): ObjectReference {
  const { kind, namespace, name } = parseObjectId(id);
  const known = PLURALS[kind];
  if (known === undefined) throw new Error(`no resource is known for kind ${kind} (${id})`);
  const [group = '', version = ''] = (live?.apiVersion ?? known.apiVersion).split('/');
  return { group, version, plural: known.plural, namespace, name };
}
