import { stripVTControlCharacters } from 'node:util';

// biome-ignore lint/suspicious/noControlCharactersInRegex: a colour sequence begins with one
const ESCAPE_SEQUENCE = /^\u001b\[[0-9;]*m/;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Terminal cells that `text` takes; colour sequences take none, wide characters two. */
export function textWidth(text: string): number {
  const plain = stripVTControlCharacters(text);
  if (/^[\x20-\x7e]*$/.test(plain)) return plain.length;
  let width = 0;
  for (const { segment } of graphemes.segment(plain)) width += graphemeWidth(segment);
  return width;
}

/** `text` in at most `width` cells, ending in `ellipsis` where something was cut off. Colour sequences are kept and closed. */
export function truncate(text: string, width: number, ellipsis = '…'): string {
  if (textWidth(text) <= width) return text;
  const room = width - textWidth(ellipsis);
  if (room <= 0) return ellipsis.slice(0, Math.max(0, width));
  let kept = '';
  let used = 0;
  let colored = false;
  let rest = text;
  while (rest !== '') {
    const [sequence] = ESCAPE_SEQUENCE.exec(rest) ?? [];
    if (sequence !== undefined) {
      kept += sequence;
      colored = true;
      rest = rest.slice(sequence.length);
      continue;
    }
    const next = graphemes.segment(rest)[Symbol.iterator]().next();
    const segment = next.done === true ? rest : next.value.segment;
    used += graphemeWidth(segment);
    if (used > room) break;
    kept += segment;
    rest = rest.slice(segment.length);
  }
  return `${kept}${ellipsis}${colored ? '\u001b[0m' : ''}`;
}

/** `text` filled up with spaces to `width` cells. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

/** `text` broken at spaces into lines of at most `width` cells; a longer word is broken where it must be. */
export function wrap(text: string, width: number): string[] {
  if (!Number.isFinite(width)) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (textWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = broken(word, Math.max(1, width));
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  return [...lines, line];
}

/** Text from outside (a cluster, a file name) as one line that cannot steer the terminal. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim();
}

function broken(word: string, width: number): string[] {
  const pieces = [''];
  for (const { segment } of graphemes.segment(word)) {
    const last = pieces.length - 1;
    const piece = pieces[last] ?? '';
    if (textWidth(piece) + graphemeWidth(segment) > width && piece !== '') pieces.push(segment);
    else pieces[last] = piece + segment;
  }
  return pieces;
}

function graphemeWidth(segment: string): number {
  const codePoint = segment.codePointAt(0) ?? 0;
  if (codePoint < 0x20 || /^\p{M}/u.test(segment)) return 0;
  if (/\p{Emoji_Presentation}/u.test(segment) || segment.includes('\ufe0f')) return 2;
  const wide =
    (codePoint >= 0x1100 && codePoint <= 0x115f) ||
    (codePoint >= 0x2e80 && codePoint <= 0xa4cf) ||
    (codePoint >= 0xac00 && codePoint <= 0xd7a3) ||
    (codePoint >= 0xf900 && codePoint <= 0xfaff) ||
    (codePoint >= 0xfe30 && codePoint <= 0xfe6f) ||
    (codePoint >= 0xff00 && codePoint <= 0xff60) ||
    (codePoint >= 0xffe0 && codePoint <= 0xffe6) ||
    (codePoint >= 0x20000 && codePoint <= 0x3fffd);
  return wide ? 2 : 1;
}
