/** Tests one path segment. */
export type NameGlob = (name: string) => boolean;

const NEVER: NameGlob = () => false;

/**
 * A pattern for one path segment as Go's `filepath.Match` has it: `*`, `?`, `[a-z]`, `[^a-z]`, `\` before a character. A malformed
 * pattern matches nothing, as it does in source-controller.
 */
export function nameGlob(pattern: string): NameGlob {
  if (!/[*?[\\]/.test(pattern)) return (name) => name === pattern;
  const suffix = /^\*([^*?[\\]+)$/.exec(pattern)?.[1];
  if (suffix !== undefined) return (name) => name.endsWith(suffix);
  const source = regularExpression(pattern);
  if (source === undefined) return NEVER;
  try {
    const expression = new RegExp(`^${source}$`, 'su');
    return (name) => expression.test(name);
  } catch {
    return NEVER;
  }
}

function regularExpression(pattern: string): string | undefined {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? '';
    if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else if (character === '[') {
      const end = classEnd(pattern, at);
      if (end === undefined) return undefined;
      source += characterClass(pattern.slice(at + 1, end));
      at = end;
    } else if (character === '\\') {
      at += 1;
      if (at >= pattern.length) return undefined;
      source += literal(pattern[at] ?? '');
    } else source += literal(character);
  }
  return source;
}

function classEnd(pattern: string, start: number): number | undefined {
  const first = pattern[start + 1] === '^' ? start + 2 : start + 1;
  for (let at = first; at < pattern.length; at += 1) {
    if (pattern[at] === '\\') at += 1;
    else if (pattern[at] === ']') return at > first ? at : undefined;
  }
  return undefined;
}

function characterClass(body: string): string {
  const negated = body.startsWith('^');
  const content = (negated ? body.slice(1) : body).replaceAll(
    /\\(.)|([^\\-])/gsu,
    // Only here a hyphen has to be kept from meaning a range; elsewhere its escape is an error.
    (_, escaped?: string, plain?: string) => (escaped === '-' ? '\\-' : literal(escaped ?? plain ?? '')),
  );
  return `[${negated ? '^' : ''}${content}]`;
}

/** The character as a regular expression has it. */
export function literal(character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}
