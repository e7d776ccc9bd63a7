import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { type ArchiveFile, tar } from './tar.ts';

export interface Archive {
  readonly bytes: Buffer;
  /** `sha256:…` of `bytes`. */
  readonly digest: string;
}

const compress = promisify(gzip);

/**
 * The artifact layer: a tar.gz whose bytes depend on paths, execute bits and contents alone, on every machine. Compression searches for
 * repeats in ways that differ between zlib builds and CPUs (Node.js brings Chromium's SIMD variant, distributions their own); run-length
 * encoding with Huffman codes has no such freedom, and takes the padding of small files away all the same.
 */
export async function createArchive(files: readonly ArchiveFile[]): Promise<Archive> {
  const bytes = await compress(tar(files), { level: 6, memLevel: 8, windowBits: 15, strategy: constants.Z_RLE });
  // The gzip header would name the operating system; mtime is 0 already.
  bytes[8] = 0;
  bytes[9] = 255;
  return { bytes, digest: digestOf(bytes) };
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
