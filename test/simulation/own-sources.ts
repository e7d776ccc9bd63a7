import { build } from '../../models/kustomize-build.ts';
import { sameJson } from '../../src/domain/canonical-json.ts';
import { contentOf } from '../../src/domain/content-annotation.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { REQUESTED_AT } from '../../src/effects/ask-flux.ts';
import { pathOf, sourceOf } from './kustomize-controller.ts';
import { idOf } from './simulated-cluster.ts';
import { type Decided, SOURCE } from './simulated-process.ts';
import type { Artifact } from './simulated-registry.ts';
import type { SimulatedPush } from './simulated-registry-client.ts';
import { digestOf } from './simulated-tree.ts';
import type { World } from './world.ts';

/** Effects that point a target at a source. */
const MOVES: ReadonlySet<string> = new Set(['switchTarget', 'returnTarget']);

/** What sessions do with sources of single targets, as evidence. */
export class OwnSources {
  readonly #world: World;
  /** What was pushed last, by target. */
  readonly #pushed = new Map<string, Artifact>();
  /** Every file that was written since the world began. */
  readonly #touched = new Set<string>();
  /** Whoever points targets at sources just now is not the process. */
  #isByOthers = false;

  constructor(world: World) {
    this.#world = world;
  }

  touched(path: string): void {
    this.#touched.add(path);
  }

  /** What it does is not the process's doing. */
  byOthers<T>(what: () => T): T {
    this.#isByOthers = true;
    const done = (): void => {
      this.#isByOthers = false;
    };
    const result = what();
    if (result instanceof Promise) void result.finally(done);
    else done();
    return result;
  }

  pushed(target: string, { files, config, annotations }: SimulatedPush, decided: Decided) {
    const before = this.#pushed.get(target);
    const path = decided.targets.get(target);
    const { artifact, unchanged } = this.#world.registry.pushUntagged(files, config, decided.version, annotations);
    this.#pushed.set(target, artifact);
    const made = path === undefined ? undefined : build(files, path);
    const had = path === undefined || before === undefined ? undefined : build(before.files, path);
    const read = made?.kind === 'made' ? readBy(made) : undefined;
    this.#world.emit({
      type: 'closure-pushed',
      target,
      digest: contentOf(annotations),
      content: made?.kind === 'made' ? made.content : this.#world.contentOf(files, target),
      undecided: [...files].flatMap(([path, text]) => (decided.digests.get(path) === digestOf(text) ? [] : [path])),
      unread: read === undefined ? [] : [...files.keys()].filter((path) => !read.has(path)),
      isEmptied: had?.kind === 'made' && had.objects > 0 && made?.kind === 'made' && made.objects === 0,
      isBroken: made !== undefined && made.kind !== 'made',
    });
    return { digest: artifact.digest, unchanged };
  }

  /** Whoever makes it anew, makes it as it was on the shared source. */
  seeMove(target: string, before: KubeObject, after: KubeObject | undefined): void {
    if (!this.#world.isolates || (after !== undefined && sourceOf(before) === sourceOf(after))) return;
    if (after === undefined) {
      this.#world.emit({ type: 'moved', target, by: 'others', to: 'shared', isTouched: false });
      return;
    }
    const to = sourceOf(after) === SOURCE ? 'shared' : 'own';
    const by = this.#isByOthers || !this.#isMoving(target) ? 'others' : 'session';
    this.#world.emit({ type: 'moved', target, by, to, isTouched: this.#isTouched(after) });
  }

  /** Its machine points it somewhere: what a start, or an end, puts back is decided by no machine. */
  #isMoving(target: string): boolean {
    const pending =
      this.#world.process?.isWatching === true ? this.#world.process.engine?.state.pending.values() : undefined;
    return [...(pending ?? [])].some(({ owner, effect }) => owner === `isolation/${target}` && MOVES.has(effect));
  }

  /** Some file below its path, or that its build reads or read at first, was written. */
  #isTouched(object: KubeObject): boolean {
    const path = pathOf(object);
    const texts = [this.#world.files.files, new Map(Object.entries(this.#world.layout.files))];
    const read = new Set(
      texts.flatMap((files) => {
        const made = build(files, path);
        return made.kind === 'made' ? [...readBy(made)] : [];
      }),
    );
    return [...this.#touched].some((file) => read.has(file) || file.startsWith(`${path}/`));
  }

  /** Once nobody watches any more and all that sessions left was put back: what is not as it was. */
  differences(): string[] {
    const differences: string[] = [];
    const before = new Map(
      [...this.#world.layout.objects, ...this.#world.layout.spares].map((object) => [idOf(object), object]),
    );
    for (const [id, object] of this.#world.cluster.objects) {
      const was = before.get(id);
      if (was === undefined) {
        differences.push(`${id} is there`);
        continue;
      }
      const { [REQUESTED_AT]: _, ...annotations } = object.metadata.annotations ?? {};
      if (!sameJson(annotations, was.metadata.annotations ?? {}))
        differences.push(`${id} has the annotations ${Object.keys(annotations).join(', ')}`);
      if (!sameJson(object.metadata.labels ?? {}, was.metadata.labels ?? {}))
        differences.push(`${id} has other labels`);
      if (!sameJson(object.spec?.sourceRef, was.spec?.sourceRef)) differences.push(`${id} reads ${sourceOf(object)}`);
      if (id === SOURCE && !sameJson(object.spec, was.spec)) differences.push(`${id} has another spec`);
    }
    return differences;
  }
}

/** The paths of what a build reads. */
function readBy({ content }: { readonly content: string }): ReadonlySet<string> {
  return new Set(content.split('\0').filter((_, index) => index % 2 === 0));
}
