/**
 * The paths of fields that a JSON text gives more than once in one object, e.g. `data.a` or `spec.containers[0].name`: parsing keeps the
 * last of them and forgets the rest. Of a text that is not JSON it says nothing of use, but ends.
 */
export function duplicateFields(text: string): readonly string[] {
  const found: string[] = [];
  const open: Level[] = [];
  let level: Level = { path: '', keys: undefined, index: 0, field: '', isKey: false };
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '{':
      case '[': {
        open.push(level);
        const path = pathWithin(level);
        level = { path, keys: text[at] === '{' ? new Set() : undefined, index: 0, field: '', isKey: text[at] === '{' };
        break;
      }
      case '}':
      case ']':
        level = open.pop() ?? level;
        break;
      case ',':
        level.index += 1;
        level.isKey = level.keys !== undefined;
        break;
      case '"': {
        const end = endOfString(text, at + 1);
        if (level.isKey && level.keys !== undefined) takeKey(level, level.keys, text.slice(at, end + 1), found);
        at = end;
        break;
      }
      default:
    }
  }
  return found;
}

interface Level {
  readonly path: string;
  /** The fields seen so far; undefined in a list. */
  readonly keys: Set<string> | undefined;
  index: number;
  field: string;
  /** Whether the next string is a field's name. */
  isKey: boolean;
}

function takeKey(level: Level, keys: Set<string>, quoted: string, found: string[]): void {
  level.field = quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
  level.isKey = false;
  if (keys.has(level.field)) found.push(pathWithin(level));
  keys.add(level.field);
}

function pathWithin({ path, keys, field, index }: Level): string {
  if (keys !== undefined) return path === '' ? field : `${path}.${field}`;
  return path === '' ? '' : `${path}[${index}]`;
}

function endOfString(text: string, begin: number): number {
  let end = text.indexOf('"', begin);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}
