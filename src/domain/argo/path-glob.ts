import { literal } from '../name-glob.ts';

/**
 * A glob as Argo CD has them for `directory.include` and `exclude`: `*` goes across slashes, `?`, `[abc]`, `[!abc]`, `{a,b}`, `\` before a
 * character. A malformed pattern matches nothing.
 */
export function pathGlob(pattern: string): (path: string) => boolean {
  const source = new GlobReader(pattern).read();
  if (source === undefined) return () => false;
  try {
    const expression = new RegExp(`^(?:${source})$`, 'su');
    return (path) => expression.test(path);
  } catch {
    return () => false;
  }
}

class GlobReader {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  /** As the source of a regular expression. */
  read(): string | undefined {
    const source = this.#alternative('');
    return this.#at < this.#pattern.length ? undefined : source;
  }

  /** Up to one of `ends`, which is not taken. */
  #alternative(ends: string): string | undefined {
    let source = '';
    while (this.#at < this.#pattern.length) {
      const character = this.#pattern[this.#at] ?? '';
      if (ends.includes(character) && ends !== '') return source;
      this.#at += 1;
      if (character === '*') source += '.*';
      else if (character === '?') source += '.';
      else if (character === '[' || character === '{') {
        const group = character === '[' ? this.#characterClass() : this.#choice();
        if (group === undefined) return undefined;
        source += group;
      } else source += literal(character === '\\' ? (this.#pattern[this.#at++] ?? '\\') : character);
    }
    return ends === '' ? source : undefined;
  }

  #choice(): string | undefined {
    const choices: string[] = [];
    for (;;) {
      const choice = this.#alternative(',}');
      if (choice === undefined) return undefined;
      choices.push(choice);
      this.#at += 1;
      if (this.#pattern[this.#at - 1] === '}') return `(?:${choices.join('|')})`;
    }
  }

  #characterClass(): string | undefined {
    const end = this.#pattern.indexOf(']', this.#at + 1);
    if (end < 0) return undefined;
    const body = this.#pattern.slice(this.#at, end);
    this.#at = end + 1;
    const isNegated = body.startsWith('!') || body.startsWith('^');
    const content = (isNegated ? body.slice(1) : body).replaceAll(/[\\\]^[]/g, '\\$&');
    return `[${isNegated ? '^' : ''}${content}]`;
  }
}
