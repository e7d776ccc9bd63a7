/** One file of an archive. `read` is called once. */
export interface ArchiveFile {
  /** `/` as separator, relative, no `.` or `..` segments. */
  readonly path: string;
  /** Only the execute bits count: 0o755 or 0o644. */
  readonly mode: number;
  read(): Uint8Array;
}

const BLOCK_BYTES = 512;
const NAME_BYTES_MAX = 100;
const FILE_BYTES_MAX = 0o77777777777;

/**
 * A tar archive that depends on paths, execute bits and contents alone: entries sorted by the bytes of their path, directories before what
 * they hold, uid, gid and mtime 0, no owner names. ustar, with a pax header where a path is long or not ASCII.
 * Throws for a path that is absolute, leaves the root, or occurs twice.
 */
export function tar(files: readonly ArchiveFile[]): Buffer {
  const sorted = files.map((file) => ({ file, key: pathBytes(file.path) })).sort((a, b) => a.key.compare(b.key));
  const entries: Entry[] = [];
  const directories = new Set<string>();
  const written = new Set<string>();
  for (const { file } of sorted) {
    if (written.has(file.path)) throw new Error(`${file.path} occurs twice in the archive`);
    written.add(file.path);
    // Sorted, so a file beside one that is written finds its directories written too.
    const parent = file.path.slice(0, Math.max(0, file.path.lastIndexOf('/')));
    for (const directory of directories.has(parent) ? [] : parentsOf(file.path)) {
      if (directories.has(directory)) continue;
      if (written.has(directory)) throw new Error(`${directory} is a file and a directory in the archive`);
      directories.add(directory);
      entries.push(...entriesOf(`${directory}/`, 0o755, NO_CONTENT, '5'));
    }
    const content = file.read();
    if (content.byteLength > FILE_BYTES_MAX)
      throw new Error(`${file.path}: files beyond 8 GiB do not fit into the archive`);
    entries.push(...entriesOf(file.path, (file.mode & 0o111) === 0 ? 0o644 : 0o755, content, '0'));
  }
  return archiveOf(entries);
}

const NO_CONTENT = new Uint8Array(0);

/** A header and the content that follows it. */
interface Entry {
  readonly name: Buffer;
  readonly prefix: Buffer;
  readonly mode: number;
  readonly type: '0' | '5' | 'x';
  readonly content: Uint8Array;
}

/** In one piece of memory: a buffer for each header would keep the garbage collector busy in the middle of a save. */
function archiveOf(entries: readonly Entry[]): Buffer {
  const blocks = entries.reduce((sum, { content }) => sum + 1 + Math.ceil(content.byteLength / BLOCK_BYTES), 2);
  const archive = Buffer.alloc(blocks * BLOCK_BYTES);
  let at = 0;
  for (const entry of entries) {
    writeHeader(archive.subarray(at, at + BLOCK_BYTES), entry);
    archive.set(entry.content, at + BLOCK_BYTES);
    at += (1 + Math.ceil(entry.content.byteLength / BLOCK_BYTES)) * BLOCK_BYTES;
  }
  return archive;
}

function pathBytes(path: string): Buffer {
  const segments = path.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..' || segment.includes('\0'))) {
    throw new Error(`expected a path below the archive's root without . and .. segments, found "${path}"`);
  }
  return Buffer.from(path);
}

function parentsOf(path: string): string[] {
  const segments = path.split('/').slice(0, -1);
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
}

function entriesOf(path: string, mode: number, content: Uint8Array, type: '0' | '5'): Entry[] {
  const place = splitPath(path);
  if (place !== undefined) return [{ ...place, mode, type, content }];
  // Readers without pax see a shortened, still sensible name.
  const shortened = Buffer.from(path).subarray(0, NAME_BYTES_MAX);
  return [
    {
      name: Buffer.from('././@PaxHeader'),
      prefix: NO_PREFIX,
      mode: 0o644,
      type: 'x',
      content: paxRecord('path', path),
    },
    { name: shortened, prefix: NO_PREFIX, mode, type, content },
  ];
}

const NO_PREFIX = Buffer.alloc(0);

/** ustar holds a path in two fields, cut at a slash; undefined where it does not fit, or is not ASCII. */
function splitPath(path: string): { readonly name: Buffer; readonly prefix: Buffer } | undefined {
  if (!/^[\x20-\x7e]*$/.test(path)) return undefined;
  if (path.length <= NAME_BYTES_MAX) return { name: Buffer.from(path), prefix: NO_PREFIX };
  const cut = path.indexOf('/', path.length - NAME_BYTES_MAX - 1);
  if (cut <= 0 || cut > 155 || cut === path.length - 1) return undefined;
  return { name: Buffer.from(path.slice(cut + 1)), prefix: Buffer.from(path.slice(0, cut)) };
}

/** What is the same in every header: owner, group, mtime and device numbers of 0, and blanks where the checksum goes. */
const BLANK_HEADER = blankHeader();
const BLANK_CHECKSUM = BLANK_HEADER.reduce((sum, byte) => sum + byte, 0);

function blankHeader(): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  for (const at of [108, 116]) block.write(octal(0, 7), at, 'latin1');
  block.write(octal(0, 11), 136, 'latin1');
  block.fill(' ', 148, 156);
  block.write('ustar\u000000', 257, 'latin1');
  block.write(octal(0, 7), 329, 'latin1');
  block.write(octal(0, 7), 337, 'latin1');
  return block;
}

function writeHeader(block: Buffer, { name, prefix, mode, type, content }: Entry): void {
  BLANK_HEADER.copy(block);
  name.copy(block, 0);
  block.write(octal(mode, 7), 100, 'latin1');
  block.write(octal(content.byteLength, 11), 124, 'latin1');
  block.write(type, 156, 'latin1');
  prefix.copy(block, 345);
  const checksum =
    BLANK_CHECKSUM +
    sumOf(block, 0, name.length) +
    sumOf(block, 100, 107) +
    sumOf(block, 124, 135) +
    sumOf(block, 156, 157) +
    sumOf(block, 345, 345 + prefix.length);
  block.write(`${octal(checksum, 6)}\u0000 `, 148, 'latin1');
}

function sumOf(block: Buffer, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at += 1) sum += block[at] ?? 0;
  return sum;
}

/** `<length> <key>=<value>\n`, the length counting itself. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return Buffer.from(`${length} ${key}=${value}\n`);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
