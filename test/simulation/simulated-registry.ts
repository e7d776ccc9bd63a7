import { hash } from 'node:crypto';
import type { Files } from '../../models/kustomize-build.ts';

export interface Artifact {
  readonly digest: string;
  readonly files: Files;
  /** What the pusher wrote beside it. */
  readonly config: unknown;
  /** The newest state of the disk that it was made of. */
  version: number;
}

/** One repository with one tag, content-addressed. */
export class SimulatedRegistry {
  tagged: Artifact | undefined;
  readonly #artifacts = new Map<string, Artifact>();

  push(files: Files, config: unknown, version: number): { readonly artifact: Artifact; readonly unchanged: boolean } {
    const artifact = this.store(files, config, version);
    const unchanged = this.tagged === artifact;
    this.tagged = artifact;
    return { artifact, unchanged };
  }

  /** Also what a generator composes is kept here. */
  store(files: Files, config: unknown, version: number): Artifact {
    const text = [...files.keys()]
      .sort()
      .map((path) => `${path}\0${files.get(path)}`)
      .join('\0');
    const digest = `sha256:${hash('sha256', `${text}\0${JSON.stringify(config)}`, 'hex').slice(0, 16)}`;
    const known = this.#artifacts.get(digest);
    if (known !== undefined) {
      known.version = Math.max(known.version, version);
      return known;
    }
    const artifact = { digest, files, config, version };
    this.#artifacts.set(digest, artifact);
    return artifact;
  }

  /** The artifact that a revision, `latest@sha256:…`, names. */
  ofRevision(revision: string | undefined): Artifact | undefined {
    return revision === undefined ? undefined : this.#artifacts.get(revision.slice(revision.indexOf('@') + 1));
  }
}
