import type { Closure } from './closure.ts';
import { directoriesAround, kustomizationFileCandidates } from './kustomization-file-names.ts';
import type { RelativePath } from './paths.ts';
import type { ObjectId } from './target.ts';

/** Which targets' closures a path concerns: those that read it, and those that its coming or going may change. */
export class ReaderIndex {
  readonly #readers = new Map<RelativePath, Set<ObjectId>>();
  readonly #sensitive = new Map<RelativePath, Set<ObjectId>>();
  readonly #closures = new Map<ObjectId, Closure>();
  readonly #broken = new Set<ObjectId>();

  set(id: ObjectId, closure: Closure): void {
    const before = this.#closures.get(id);
    this.#closures.set(id, closure);
    if (closure.problems.length > 0) this.#broken.add(id);
    else this.#broken.delete(id);
    if (before !== undefined && sameInputs(before, closure)) return;
    if (before !== undefined) this.#forget(id, before);
    for (const file of closure.files) enter(this.#readers, file, id);
    for (const path of sensitivePaths(closure)) enter(this.#sensitive, path, id);
  }

  delete(id: ObjectId): void {
    const closure = this.#closures.get(id);
    if (closure !== undefined) this.#forget(id, closure);
    this.#closures.delete(id);
    this.#broken.delete(id);
  }

  readersOf(path: RelativePath): ReadonlySet<ObjectId> {
    return this.#readers.get(path) ?? NONE;
  }

  /** The targets whose closure must be computed again after a change of `paths`. */
  concernedBy(paths: readonly RelativePath[]): Set<ObjectId> {
    // What would mend a broken build is not always among the paths it knows of.
    const concerned = new Set(paths.length > 0 ? this.#broken : []);
    for (const path of paths) {
      for (const id of this.readersOf(path)) concerned.add(id);
      for (const id of this.#sensitive.get(path) ?? []) concerned.add(id);
      for (const directory of directoriesAround(path)) {
        for (const id of this.#sensitive.get(directory) ?? []) concerned.add(id);
      }
    }
    return concerned;
  }

  #forget(id: ObjectId, closure: Closure): void {
    for (const file of closure.files) leave(this.#readers, file, id);
    for (const path of sensitivePaths(closure)) leave(this.#sensitive, path, id);
  }
}

const NONE: ReadonlySet<ObjectId> = new Set();

function* sensitivePaths(closure: Closure): Generator<RelativePath> {
  yield* closure.absent;
  yield* closure.listings;
  for (const directory of closure.kustomizations) yield* kustomizationFileCandidates(directory);
}

function enter(index: Map<RelativePath, Set<ObjectId>>, path: RelativePath, id: ObjectId): void {
  const ids = index.get(path);
  if (ids === undefined) index.set(path, new Set([id]));
  else ids.add(id);
}

function leave(index: Map<RelativePath, Set<ObjectId>>, path: RelativePath, id: ObjectId): void {
  const ids = index.get(path);
  ids?.delete(id);
  if (ids?.size === 0) index.delete(path);
}

function sameInputs(left: Closure, right: Closure): boolean {
  return (
    sameList(left.files, right.files) &&
    sameList(left.absent, right.absent) &&
    sameList(left.listings, right.listings) &&
    sameList(left.kustomizations, right.kustomizations)
  );
}

function sameList(left: readonly string[], right: readonly string[]): boolean {
  return left === right || (left.length === right.length && left.every((item, index) => item === right[index]));
}
