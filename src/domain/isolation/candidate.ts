import { sameJson } from '../canonical-json.ts';
import { closureArtifact } from '../closure-artifact.ts';
import { asFields, asText, textList } from '../object-fields.ts';
import { type RelativePath, resolveFrom } from '../paths.ts';
import { placeholderIn } from '../spec-path.ts';
import type { TargetDefinition } from '../target.ts';
import { objectId } from '../target.ts';
import type { TargetState } from '../target-state.ts';
import { type IsolationView, localFilesOf } from './isolation-view.ts';
import { isGenerated, type ManifestPlace, placeOf, type WrittenFiles } from './manifest-place.ts';
import type { Obstacle } from './skip-reason.ts';
import { type ArtifactPlace, artifactPlace, namespaceObstacle, packagedObstacle } from './source-obstacle.ts';

/** One target of one cluster: where it is written, and whether it can have a source of its own. */
export interface Examined {
  readonly view: IsolationView;
  readonly target: TargetDefinition;
  readonly state: TargetState | undefined;
  readonly manifest: ManifestPlace | undefined;
  readonly verdict: { readonly place: ArtifactPlace; readonly path: RelativePath } | Obstacle;
}

/** Looks at a target that has no source of its own yet. `registry`: for sources that are no OCIRepository. */
export function examined(
  view: IsolationView,
  target: TargetDefinition,
  files: WrittenFiles,
  registry: string | undefined,
): Examined {
  const found = manifestOf(target, files);
  const manifest = 'reason' in found ? undefined : found;
  const state = view.stateOf(target);
  const common = { view, target, state, manifest };
  const verdict =
    sourceObstacle(view, target, state) ??
    ('reason' in found ? found : undefined) ??
    manifestObstacle(target, manifest);
  if (verdict !== undefined) return { ...common, verdict: withPlace(verdict, manifest) };
  const place = artifactPlace(target.source, view.shared?.object, registry);
  const obstacle =
    'reason' in place ? place : (sharedManifestObstacle(view, files) ?? buildObstacle(view, target, state, manifest));
  if (obstacle !== undefined) return { ...common, verdict: withPlace(obstacle, manifest) };
  return { ...common, verdict: { place: place as ArtifactPlace, path: target.path as RelativePath } };
}

function sourceObstacle(
  view: IsolationView,
  target: TargetDefinition,
  state: TargetState | undefined,
): Obstacle | undefined {
  if (state === undefined) {
    const fed = view.fedSource ?? 'none';
    return { reason: 'other-source', message: `it reads ${target.source}; the files here are those of ${fed}` };
  }
  return packagedObstacle(target);
}

function manifestOf(target: TargetDefinition, files: WrittenFiles): ManifestPlace | Obstacle {
  const { definedIn } = target;
  const file = definedIn === undefined ? undefined : files.at(definedIn);
  if (definedIn === undefined || file === undefined) {
    return { reason: 'not-here', message: 'its manifest is not in this repository' };
  }
  if ('problem' in file) return { reason: 'layout', path: definedIn, message: file.problem.message };
  const place = placeOf(file, target.id);
  return 'none' in place ? { reason: 'patched', path: definedIn, message: place.none } : place;
}

function manifestObstacle(target: TargetDefinition, manifest: ManifestPlace | undefined): Obstacle | undefined {
  if (manifest === undefined) return undefined;
  const { object } = manifest.written;
  const spec = asFields(object.spec);
  const ref = asFields(spec.sourceRef);
  const { name, namespace } = object.metadata;
  const placeholder = placeholderIn(JSON.stringify([name, namespace, spec.path, spec.components, ref]));
  if (placeholder !== undefined) {
    return { reason: 'placeholder', message: `its manifest still holds ${placeholder}, which is filled in elsewhere` };
  }
  if (isGenerated(manifest.file)) {
    return { reason: 'generated', message: `${manifest.file.path} is written by a tool, which would write it again` };
  }
  const source = objectId(asText(ref.kind) ?? '', asText(ref.namespace) ?? target.namespace, asText(ref.name) ?? '');
  const isAsWritten =
    (asText(spec.path) ?? './') === target.rawPath &&
    source === target.source &&
    componentsOf(spec.components, target).join('\0') === target.components.join('\0');
  if (isAsWritten) return undefined;
  return { reason: 'patched', message: 'its path or sourceRef is patched on the way from the manifest to the cluster' };
}

function componentsOf(written: unknown, { path }: TargetDefinition): readonly RelativePath[] {
  return path === undefined ? [] : textList(written).flatMap((component) => resolveFrom(path, component) ?? []);
}

/** A patch on the shared source may well hit any other OCIRepository beside it. */
function sharedManifestObstacle({ shared }: IsolationView, files: WrittenFiles): Obstacle | undefined {
  const path = shared?.definedIn;
  const file = path === undefined ? undefined : files.at(path);
  if (shared === undefined || path === undefined || file === undefined || 'problem' in file) return undefined;
  const { kind, metadata } = shared.object;
  const place = placeOf(file, objectId(kind, metadata.namespace ?? 'default', metadata.name));
  if (!('none' in place) && sameJson(place.written.object.spec, shared.object.spec)) return undefined;
  const message = `its source is patched on the way from ${path} to the cluster, and others beside it might be too`;
  return { reason: 'patched', message, path };
}

function buildObstacle(
  view: IsolationView,
  target: TargetDefinition,
  state: TargetState | undefined,
  manifest: ManifestPlace | undefined,
): Obstacle | undefined {
  if (state === undefined) return undefined;
  const outcome = closureArtifact(state);
  if ('impossible' in outcome) {
    const { message, path, line, column } = outcome.impossible;
    return {
      reason: state.broken === undefined ? 'unclear' : 'broken',
      message,
      ...(path === undefined ? {} : { path }),
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
    };
  }
  if (manifest !== undefined && localFilesOf(state).includes(manifest.file.path)) {
    const message = 'it applies its own manifest: a mistake in an artifact of its own could not be mended by another';
    return { reason: 'applies-itself', message };
  }
  return namespaceObstacle(target, view.shared?.object);
}

function withPlace(obstacle: Obstacle, manifest: ManifestPlace | undefined): Obstacle {
  if (obstacle.path !== undefined || manifest === undefined) return obstacle;
  const { file, line, column } = manifest;
  return { ...obstacle, path: file.path, line, column };
}
