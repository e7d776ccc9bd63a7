import type { ClosureArtifactOutcome } from '../closure-artifact.ts';
import type { KubeObject } from '../kube-object.ts';
import { asText } from '../object-fields.ts';
import type { TargetDefinition } from '../target.ts';
import type { Obstacle } from './skip-reason.ts';
import { artifactPlace, namespaceObstacle, packagedObstacle } from './source-obstacle.ts';

const FLUX_OWNER = 'kustomize.toolkit.fluxcd.io';
const HELM_OWNER = 'helm.toolkit.fluxcd.io';
/** Of the Flux operator: `fluxcd.controlplane.io/name` of a FluxInstance, `resourceset.fluxcd.controlplane.io/name` of a ResourceSet. */
const OPERATOR_OWNER = /^(?:(.+)\.)?fluxcd\.controlplane\.io\/name$/;

/** The Kustomization that applies this object, `<namespace>/<name>`; undefined: none does. */
export function parentOf({ metadata }: KubeObject): { readonly namespace: string; readonly name: string } | undefined {
  const name = asText(metadata.labels?.[`${FLUX_OWNER}/name`]);
  const namespace = asText(metadata.labels?.[`${FLUX_OWNER}/namespace`]);
  return name === undefined || namespace === undefined ? undefined : { namespace, name };
}

/**
 * Why a target stays on its shared source during a session, in words; undefined: it can be moved. Goes by what the target and the source are;
 * what the target's files make impossible is told by `closureObstacle`.
 */
export function sessionObstacle(input: {
  readonly target: TargetDefinition;
  /** As it is in the cluster. */
  readonly object: KubeObject | undefined;
  /** Its shared source, as it is in the cluster. */
  readonly shared: KubeObject | undefined;
  /** `oci://…` where artifacts go when the shared source is no OCIRepository. */
  readonly registry: string | undefined;
}): Obstacle | undefined {
  const { target, object, shared, registry } = input;
  const packaged = packagedObstacle(target);
  if (packaged !== undefined) return packaged;
  if (object === undefined) return { reason: 'not-here', message: 'it is not in the cluster' };
  const place = artifactPlace(target.source, shared, registry);
  if ('reason' in place) return place;
  return namespaceObstacle(target, shared) ?? ownerObstacle(object);
}

/** Whoever would set the target's source back at once, and cannot be kept from it. */
export function ownerObstacle(object: KubeObject): Obstacle | undefined {
  const { labels = {}, name, namespace } = object.metadata;
  const parent = parentOf(object);
  if (parent?.name === name && parent?.namespace === namespace) {
    const message = 'it applies its own manifest: a mistake in an artifact of its own could not be mended by another';
    return { reason: 'applies-itself', message };
  }
  if (asText(labels[`${HELM_OWNER}/name`]) !== undefined) {
    const message = `HelmRelease ${labels[`${HELM_OWNER}/namespace`]}/${labels[`${HELM_OWNER}/name`]} makes it, and would put its source back`;
    return { reason: 'generated', message };
  }
  for (const [label, owner] of Object.entries(labels)) {
    const operator = OPERATOR_OWNER.exec(label);
    if (operator === null) continue;
    const kind = operator[1] === 'resourceset' ? 'ResourceSet' : 'FluxInstance';
    return { reason: 'generated', message: `${kind} ${owner} makes it, and would put its source back at once` };
  }
  return undefined;
}

/** Why a target's files cannot be an artifact of their own. */
export function closureObstacle(outcome: ClosureArtifactOutcome | undefined): Obstacle | undefined {
  if (outcome === undefined) return { reason: 'unclear', message: 'it is not known what its build reads' };
  if ('artifact' in outcome) return undefined;
  const { message, path, line, column } = outcome.impossible;
  return {
    reason: 'unclear',
    message,
    ...(path === undefined ? {} : { path }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
}
