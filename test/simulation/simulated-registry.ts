import { hash } from 'node:crypto';
import type { Files } from '../../models/kustomize-build.ts';

export interface Artifact {
  readonly digest: string;
  readonly files: Files;
  /** What the pusher wrote beside it. */
  readonly config: unknown;
  /** What a source that fetches it shows of it. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The newest state of the disk that it was made of. */
  version: number;
}

/** One repository with one tag, content-addressed: what is pushed without a tag is there by its digest. */
export class SimulatedRegistry {
  tagged: Artifact | undefined;
  readonly #artifacts = new Map<string, Artifact>();
  /** Digests that can be fetched no more. Whoever has fetched them serves them on. */
  readonly #collected = new Set<string>();
  readonly #composed = new Map<string, Artifact>();

  push(files: Files, config: unknown, version: number): { readonly artifact: Artifact; readonly unchanged: boolean } {
    const artifact = this.store(files, config, version);
    const unchanged = this.tagged === artifact;
    this.tagged = artifact;
    return { artifact, unchanged };
  }

  /** By its digest alone. */
  pushUntagged(
    files: Files,
    config: unknown,
    version: number,
    annotations: Readonly<Record<string, string>>,
  ): { readonly artifact: Artifact; readonly unchanged: boolean } {
    const before = this.#artifacts.size;
    const artifact = this.store(files, config, version, annotations);
    const unchanged = this.#artifacts.size === before && !this.#collected.has(artifact.digest);
    this.#collected.delete(artifact.digest);
    return { artifact, unchanged };
  }

  /** As a registry does with what no tag names. */
  collect(digest: string): void {
    if (digest !== this.tagged?.digest) this.#collected.add(digest);
  }

  /** What can be fetched. */
  fetch(digest: string): Artifact | undefined {
    return this.#collected.has(digest) ? undefined : this.#artifacts.get(digest);
  }

  /** Also what a generator composes is kept here. */
  store(files: Files, config: unknown, version: number, annotations: Readonly<Record<string, string>> = {}): Artifact {
    const text = [...files.keys()]
      .sort()
      .map((path) => `${path}\0${files.get(path)}`)
      .join('\0');
    const besides = Object.keys(annotations).length === 0 ? '' : JSON.stringify(annotations);
    const digest = `sha256:${hash('sha256', `${text}\0${JSON.stringify(config)}${besides}`, 'hex').slice(0, 16)}`;
    const known = this.#artifacts.get(digest);
    if (known !== undefined) {
      known.version = Math.max(known.version, version);
      return known;
    }
    const artifact = { digest, files, config, annotations, version };
    this.#artifacts.set(digest, artifact);
    return artifact;
  }

  /** What a generator makes of the files below a prefix; undefined where there are none. Composed once, however often it is looked at. */
  compose(source: Artifact, prefix: string): Artifact | undefined {
    const key = `${source.digest} ${prefix}`;
    const known = this.#composed.get(key);
    if (known !== undefined) {
      known.version = Math.max(known.version, source.version);
      return known;
    }
    const files = new Map([...source.files].filter(([path]) => path.startsWith(prefix)));
    if (files.size === 0) return undefined;
    const artifact = this.store(files, 'composed', source.version);
    this.#composed.set(key, artifact);
    return artifact;
  }

  /** The artifact that a revision, `latest@sha256:…` or `sha256:…`, names, whether it can still be fetched or not. */
  ofRevision(revision: string | undefined): Artifact | undefined {
    return revision === undefined ? undefined : this.#artifacts.get(revision.slice(revision.indexOf('@') + 1));
  }
}
