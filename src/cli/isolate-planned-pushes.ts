import { type ClosureArtifact, closureArtifact } from '../domain/closure-artifact.ts';
import { isolatedFrom } from '../domain/isolation/isolated-source.ts';
import { asFields, asText } from '../domain/object-fields.ts';
import { placeholderIn } from '../domain/spec-path.ts';
import type { ObjectId } from '../domain/target.ts';
import type { ClosurePush } from '../effects/closure-artifact.ts';
import type { IsolateRepository } from './isolate-repository.ts';

/** One artifact to be pushed, for all targets that read it. */
export interface PlannedPush extends ClosurePush {
  readonly targets: readonly ObjectId[];
}

/** A target whose artifact cannot be made, and why. */
export interface Unpushable {
  readonly target: ObjectId;
  readonly message: string;
}

/** Sorted by address. `registry`: pushed there instead of where the manifests say. */
export function plannedPushes(
  { views, entry }: IsolateRepository,
  registry: string | undefined,
): { readonly pushes: readonly PlannedPush[]; readonly unpushable: readonly Unpushable[] } {
  const pushes = new Map<string, PlannedPush>();
  const unpushable = new Map<ObjectId, Unpushable>();
  for (const view of views) {
    if (entry !== undefined && view.cluster.entry !== entry) continue;
    for (const target of view.targets) {
      const own = view.own.get(target.id);
      if (own === undefined) continue;
      const no = (message: string) => unpushable.set(target.id, { target: target.id, message });
      const state = view.stateOf(target);
      if (state === undefined) {
        // With --source, another directory's targets are not this run's business.
        if (isolatedFrom(own.object) === view.fedSource) no('it is not known which files it reads');
        continue;
      }
      const made = closureArtifact(state);
      const place = placeIn(own.object.spec, registry);
      if ('impossible' in made) no(made.impossible.message);
      else if ('message' in place) no(place.message);
      else add(place, made.artifact, target.id, no);
    }
  }
  const sorted = [...pushes].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, push]) => push);
  return { pushes: sorted, unpushable: [...unpushable.values()] };

  function add(place: Place, artifact: ClosureArtifact, target: ObjectId, no: (message: string) => void): void {
    const key = `${place.url}:${place.tag}`;
    const known = pushes.get(key);
    if (known !== undefined && known.artifact.content !== artifact.content) {
      no(`${key} is to hold the files of ${known.targets.join(', ')} as well, which are others: give it another tag`);
      return;
    }
    const targets = [...new Set([...(known?.targets ?? []), target])].sort();
    pushes.set(key, { ...place, artifact, targets });
  }
}

type Place = Pick<ClosurePush, 'url' | 'tag' | 'insecure'>;

function placeIn(spec: unknown, registry: string | undefined): Place | { readonly message: string } {
  const { url: written, ref, insecure } = asFields(spec);
  const url = registry ?? asText(written) ?? '';
  const tag = asText(asFields(ref).tag);
  if (tag === undefined) return { message: 'its own OCIRepository has no spec.ref.tag to push to' };
  const placeholder = placeholderIn(`${url} ${tag}`);
  if (placeholder !== undefined) return { message: `the address of its own OCIRepository still holds ${placeholder}` };
  return { url, tag, insecure: insecure === true };
}
