import type { KubeObject } from '../kube-object.ts';
import { asFields, asList, asText } from '../object-fields.ts';
import { placeholderIn } from '../spec-path.ts';
import type { ObjectId } from '../target.ts';
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
