import type { KubeObject } from '../kube-object.ts';
import { asFields, asList, asText } from '../object-fields.ts';
import { placeholderIn } from '../spec-path.ts';
import { type ObjectId, parseObjectId, type TargetDefinition } from '../target.ts';
import { namespacedAccess } from './own-repository.ts';
import type { Obstacle } from './skip-reason.ts';

/** Where artifacts of single targets go that were on a shared source. */
export interface ArtifactPlace {
  /** `oci://host/repository` */
  readonly url: string;
  /** The shared artifact's own tag. */
  readonly tag: string;
}

/**
 * The place beside the shared artifact, or why there is none. `registry` (`oci://…`) is for sources that are no OCIRepository.
 */
export function artifactPlace(
  id: ObjectId,
  shared: KubeObject | undefined,
  registry: string | undefined,
): ArtifactPlace | Obstacle {
  if (shared === undefined) {
    return no('not-here', `${id} is not defined in this repository: its address and credentials are unknown`);
  }
  const spec = asFields(shared.spec);
  if (spec.verify !== undefined && spec.verify !== null) {
    return no('verify', `${id} checks signatures (spec.verify), and nobody signs artifacts of single Kustomizations`);
  }
  if (shared.kind !== 'OCIRepository') return placeElsewhere(id, shared, registry);
  const ref = asFields(spec.ref);
  if (spec.layerSelector !== undefined && spec.layerSelector !== null) {
    return no('layer-selector', `${id} selects a layer (spec.layerSelector), and these artifacts have only one`);
  }
  if (ref.digest !== undefined) return no('digest', `${id} is pinned to a digest, which says what is to run`);
  if (ref.semver !== undefined || ref.semverFilter !== undefined) {
    return no('semver', `${id} follows versions (spec.ref.semver): who releases decides what runs`);
  }
  const url = asText(spec.url) ?? '';
  const tag = asText(ref.tag) ?? 'latest';
  const placeholder = placeholderIn(`${url} ${tag}`);
  if (placeholder !== undefined) return no('placeholder', `the address of ${id} still holds ${placeholder}`);
  if (!url.startsWith('oci://'))
    return no('no-registry', `${id}: expected a url oci://…, found ${JSON.stringify(url)}`);
  return { url, tag };
}

/** What a target reads is put together for it by a controller, from more or from other things than its files. */
export function packagedObstacle({ kind, source }: TargetDefinition): Obstacle | undefined {
  if (kind === 'HelmRelease') {
    return no('chart', 'a chart is packaged by source-controller, which takes no OCIRepository for it');
  }
  if (parseObjectId(source).kind !== 'ExternalArtifact') return undefined;
  return no('external-artifact', `an ArtifactGenerator composes ${source} for it, which moves only with its own files`);
}

/** An OCIRepository can only name Secrets beside it, and a target's own source lies beside the target. */
export function namespaceObstacle(
  { source, namespace }: TargetDefinition,
  shared: KubeObject | undefined,
): Obstacle | undefined {
  const named = shared === undefined ? [] : namespacedAccess(shared);
  if (named.length === 0 || parseObjectId(source).namespace === namespace) return undefined;
  const fields = named.join(' and spec.');
  return no('other-namespace', `spec.${fields} of ${source} name objects of that namespace, not of ${namespace}`);
}

function placeElsewhere(id: ObjectId, shared: KubeObject, registry: string | undefined): ArtifactPlace | Obstacle {
  if (asList(asFields(shared.spec).include).length > 0) {
    return no('includes', `${id} includes other repositories (spec.include), whose files are not here`);
  }
  if (registry === undefined) {
    return no('no-registry', `${id} is no OCIRepository: say with --registry oci://HOST/REPOSITORY where artifacts go`);
  }
  return { url: registry, tag: 'latest' };
}

function no(reason: Obstacle['reason'], message: string): Obstacle {
  return { reason, message };
}
