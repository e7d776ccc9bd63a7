import { type NameGlob, nameGlob } from './name-glob.ts';

/**
 * One line of a `.sourceignore`, as source-controller's matcher takes it. It is close to gitignore, with one difference that
 * matters: a path is decided by the last pattern that matches it or any directory above it, so `!` brings back a file in an
 * excluded directory.
 */
export interface IgnorePattern {
  /** As written. */
  readonly text: string;
  /** Where it is written: `.sourceignore:3`, `spec.ignore:1`, `default exclusions`. */
  readonly origin: string;
  /** The pattern brings back what an earlier one excluded. */
  readonly includes: boolean;
  /** `segments`: the file's path from the source's root. */
  matches(segments: readonly string[]): boolean;
}

/** The patterns in `text`, one a line; `domain` is the directory they count from, in segments. */
export function ignorePatterns(text: string, domain: readonly string[], file: string): IgnorePattern[] {
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.replace(/\r$/, '');
    return line.startsWith('#') || line.trim() === '' ? [] : [ignorePattern(line, domain, `${file}:${index + 1}`)];
  });
}

export function ignorePattern(text: string, domain: readonly string[], origin: string): IgnorePattern {
  const includes = text.startsWith('!');
  let pattern = includes ? text.slice(1) : text;
  if (!pattern.endsWith('\\ ')) pattern = pattern.replace(/ +$/, '');
  const directoryOnly = pattern.endsWith('/');
  if (directoryOnly) pattern = pattern.slice(0, -1);
  const parts = pattern.split('/');
  const matchBelow =
    parts.length > 1 ? pathMatcher(parts, directoryOnly) : nameMatcher(nameGlob(pattern), directoryOnly);
  return {
    text,
    origin,
    includes,
    matches(segments) {
      if (segments.length <= domain.length || domain.some((segment, index) => segments[index] !== segment))
        return false;
      return matchBelow(segments, domain.length);
    },
  };
}

type PathMatcher = (segments: readonly string[], from: number) => boolean;

/** A pattern without a slash: any segment may match it; the last one is the file, which a directory-only pattern leaves alone. */
function nameMatcher(glob: NameGlob, directoryOnly: boolean): PathMatcher {
  return (segments, from) => {
    const last = segments.length - 1;
    for (let at = from; at <= last; at += 1) if (glob(segments[at] ?? '')) return !(directoryOnly && at === last);
    return false;
  };
}

/** A pattern with slashes, anchored at its directory. `**` spans any number of directories; matching a directory matches all below. */
function pathMatcher(parts: readonly string[], directoryOnly: boolean): PathMatcher {
  const steps = parts.map((part) => ({ part, glob: nameGlob(part) }));
  return (segments, from) => {
    let at = from;
    let matched = false;
    let spanning = false;
    for (const [index, { part, glob }] of steps.entries()) {
      if (part === '') {
        spanning = false;
      } else if (part === '**') {
        if (index === steps.length - 1) break;
        spanning = true;
      } else if (part.includes('**') || at >= segments.length) {
        return false;
      } else if (spanning) {
        spanning = false;
        while (at < segments.length && !glob(segments[at] ?? '')) at += 1;
        matched = at < segments.length;
        at += 1;
      } else {
        if (!glob(segments[at] ?? '')) return false;
        matched = true;
        at += 1;
      }
    }
    return matched && !(directoryOnly && at >= segments.length);
  };
}
