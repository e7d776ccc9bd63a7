import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';

/** The files of an artifact by path (`/` as separator, relative to the artifact's root). */
export type ArtifactFiles = ReadonlyMap<string, ArtifactFile>;

export interface ArtifactFile {
  readonly content: Buffer;
  /** 0o644 or 0o755. */
  readonly mode: number;
}

const BLOCK = 512;

/** The regular files of a tar archive, gzipped or not. Links and devices are dropped; a path that leaves the root throws. */
export function unpackArchive(archive: Buffer): ArtifactFiles {
  const tar = archive[0] === 0x1f && archive[1] === 0x8b ? gunzipSync(archive) : archive;
  const files = new Map<string, ArtifactFile>();
  let longName: string | undefined;
  for (let offset = 0; offset + BLOCK <= tar.length; ) {
    const header = tar.subarray(offset, offset + BLOCK);
    if (header[0] === 0) break;
    const bytes = sizeOf(header);
    const body = tar.subarray(offset + BLOCK, offset + BLOCK + bytes);
    if (body.length < bytes) throw new Error(`the archive ends early: expected ${bytes} bytes at ${offset + BLOCK}`);
    offset += BLOCK + Math.ceil(bytes / BLOCK) * BLOCK;
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'L') longName = textOf(body);
    else if (type === 'x') longName = paxPath(body.toString()) ?? longName;
    else {
      const prefix = header.subarray(257, 262).toString() === 'ustar' ? textOf(header.subarray(345, 500)) : '';
      const name = longName ?? (prefix === '' ? '' : `${prefix}/`) + textOf(header.subarray(0, 100));
      longName = undefined;
      if (type === '0' || type === '\0') {
        const mode = Number.parseInt(textOf(header.subarray(100, 108)), 8) & 0o100 ? 0o755 : 0o644;
        files.set(cleanPath(name), { content: Buffer.from(body), mode });
      }
    }
  }
  return files;
}

function textOf(field: Buffer): string {
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? field.length : end).toString();
}

function sizeOf(header: Buffer): number {
  const field = header.subarray(124, 136);
  // Sizes beyond 8 GiB are base 256; no artifact of ours comes near.
  if (((field[0] ?? 0) & 0x80) !== 0) throw new Error('the archive holds a file beyond 8 GiB');
  return Number.parseInt(textOf(field).trim() || '0', 8);
}

function paxPath(records: string): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(`\n${records}`)?.[1];
}

function cleanPath(name: string): string {
  const segments = name.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..') || segments.length === 0)
    throw new Error(`the archive holds the path "${name}", which leaves its root`);
  return segments.join('/');
}

/** A reproducible `.tar.gz`: sorted, owned by nobody, no times. */
export function packArchive(files: ArtifactFiles): Buffer {
  const blocks: Buffer[] = [];
  for (const [path, { content, mode }] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (Buffer.byteLength(path) > 100) {
      const name = Buffer.from(`${path}\0`);
      blocks.push(tarHeader('././@LongLink', name.length, 0o644, 'L'), padded(name));
    }
    blocks.push(tarHeader(path, content.length, mode, '0'), padded(content));
  }
  blocks.push(Buffer.alloc(2 * BLOCK));
  return gzipSync(Buffer.concat(blocks), { level: 1 });
}

function padded(content: Buffer): Buffer {
  const rest = content.length % BLOCK;
  return rest === 0 ? content : Buffer.concat([content, Buffer.alloc(BLOCK - rest)]);
}

function tarHeader(path: string, bytes: number, mode: number, type: string): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(Buffer.from(path).subarray(0, 100).toString('latin1'), 0, 'latin1');
  header.write(`${mode.toString(8).padStart(7, '0')}\0`, 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write('ustar\0', 257);
  header.write('00', 263);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

export function sha256(content: string | Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** A hash over paths, modes and contents: the same files give the same digest. */
export function contentDigest(files: ArtifactFiles): string {
  const hash = createHash('sha256');
  for (const [path, { content, mode }] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${path}\0${mode.toString(8)}\0${content.length}\0`).update(content);
  }
  return `sha256:${hash.digest('hex')}`;
}
