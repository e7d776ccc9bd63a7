import { sameJson } from '../../src/domain/canonical-json.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { objectId } from '../../src/domain/target.ts';

export interface ClusterChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly object: KubeObject;
}

/** What a controller sees of a change: the object before and after it. */
export type ChangeListener = (id: string, before: KubeObject | undefined, after: KubeObject | undefined) => void;

/** The objects of the simulated API server, and their history as far as it has not been compacted. */
export class SimulatedCluster {
  readonly uid: string;
  readonly objects = new Map<string, KubeObject>();
  /** Watches from before this version are told that it is gone. */
  compactedTo = 0;
  #version = 1;
  readonly #history = new Map<string, ClusterChange[]>();
  #listeners: ChangeListener[] = [];

  constructor(uid: string) {
    this.uid = uid;
  }

  get version(): number {
    return this.#version;
  }

  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  create(object: KubeObject): void {
    const id = idOf(object);
    if (this.objects.has(id)) return;
    this.#version += 1;
    const metadata = {
      ...object.metadata,
      uid: `${id}-${this.#version}`,
      generation: 1,
      resourceVersion: String(this.#version),
    };
    this.#store('ADDED', id, undefined, { ...object, metadata });
  }

  remove(id: string): void {
    const before = this.objects.get(id);
    if (before === undefined) return;
    this.#version += 1;
    const metadata = { ...before.metadata, resourceVersion: String(this.#version) };
    this.#store('DELETED', id, before, { ...before, metadata });
  }

  /** A change of the spec raises the generation. Nothing happens where nothing differs. */
  setSpec(id: string, fields: Readonly<Record<string, unknown>>): void {
    const before = this.objects.get(id);
    if (before === undefined) return;
    const spec = { ...before.spec, ...fields };
    if (JSON.stringify(spec) === JSON.stringify(before.spec)) return;
    this.#update(before, { spec, metadata: { ...before.metadata, generation: (before.metadata.generation ?? 0) + 1 } });
  }

  setStatus(id: string, fields: Readonly<Record<string, unknown>>): void {
    const before = this.objects.get(id);
    if (before !== undefined) this.#update(before, { status: { ...before.status, ...fields } });
  }

  annotate(id: string, annotations: Readonly<Record<string, string>>): void {
    const before = this.objects.get(id);
    if (before === undefined) return;
    this.#update(before, {
      metadata: { ...before.metadata, annotations: { ...before.metadata.annotations, ...annotations } },
    });
  }

  /** What a request makes of an object; its status stays. A change of the spec raises the generation, and nothing happens where nothing differs. */
  replace(id: string, wanted: KubeObject): KubeObject | undefined {
    const before = this.objects.get(id);
    if (before === undefined) return undefined;
    const { name, namespace = '', uid = '', generation = 0 } = before.metadata;
    const isSpecSame = sameJson(wanted.spec, before.spec);
    const metadata = {
      ...wanted.metadata,
      ...{ name, namespace, uid, generation: isSpecSame ? generation : generation + 1 },
    };
    if (isSpecSame && sameJson({ ...metadata, resourceVersion: '' }, { ...before.metadata, resourceVersion: '' }))
      return before;
    this.#update(before, { spec: wanted.spec ?? {}, metadata });
    return this.objects.get(id);
  }

  ofKind(kind: string): KubeObject[] {
    return [...this.objects.values()].filter((object) => object.kind === kind);
  }

  /** What happened to objects of `kind`, oldest first. It only grows. */
  history(kind: string): readonly ClusterChange[] {
    return this.#history.get(kind) ?? [];
  }

  compact(): void {
    this.compactedTo = this.#version;
  }

  #update(before: KubeObject, fields: Partial<KubeObject>): void {
    this.#version += 1;
    const after = { ...before, ...fields };
    this.#store('MODIFIED', idOf(before), before, {
      ...after,
      metadata: { ...after.metadata, resourceVersion: String(this.#version) },
    } as KubeObject);
  }

  #store(type: ClusterChange['type'], id: string, before: KubeObject | undefined, object: KubeObject): void {
    if (type === 'DELETED') this.objects.delete(id);
    else this.objects.set(id, object);
    const history = this.#history.get(object.kind) ?? [];
    history.push({ type, version: this.#version, object });
    this.#history.set(object.kind, history);
    for (const listener of this.#listeners) listener(id, before, type === 'DELETED' ? undefined : object);
  }
}

export function idOf(object: KubeObject): string {
  return objectId(object.kind, object.metadata.namespace ?? '', object.metadata.name);
}

/** A controller's condition about the generation it worked on. */
export function condition(
  type: string,
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  generation: number,
  said = `simulated: ${reason}`,
): Readonly<Record<string, unknown>> {
  return { type, status, reason, message: said, observedGeneration: generation };
}
