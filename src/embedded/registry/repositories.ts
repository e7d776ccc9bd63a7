import { createHash } from 'node:crypto';
import { OciError } from './oci-error.ts';

export interface Manifest {
  readonly mediaType: string;
  readonly body: Buffer;
}

export interface Repository {
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, Manifest>;
  readonly tags: Map<string, string>;
  /** Whether it ever had a tag: until then its tags cannot be asked for. */
  hadTag: boolean;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** What a registry holds. A repository exists once something was written to it. */
export class Repositories {
  readonly #byName = new Map<string, Repository>();

  find(name: string): Repository | undefined {
    return this.#byName.get(name);
  }

  /** Makes the repository where it is missing. */
  of(name: string): Repository {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const made: Repository = { blobs: new Map(), manifests: new Map(), tags: new Map(), hadTag: false };
    this.#byName.set(name, made);
    return made;
  }

  names(): readonly string[] {
    return [...this.#byName.keys()].sort();
  }
}

export function isDigest(reference: string): boolean {
  return DIGEST.test(reference);
}

export function digestOf(body: Buffer): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}

/** `digest`, when it is that of `body`. */
export function checkedDigest(digest: string, body: Buffer): string {
  if (digestOf(body) === digest) return digest;
  throw OciError.of(400, 'DIGEST_INVALID', { Digest: digest, Reason: {} });
}
