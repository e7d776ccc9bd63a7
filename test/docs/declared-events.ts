import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DeclaredEvent {
  readonly type: string;
  /** Its own fields, without `type`. */
  readonly fields: readonly string[];
}

/** The members of the event types that the files of one machine declare: `watch.ts`, `watch-context.ts`, … */
export function declaredEvents(directory: string, machine: string): DeclaredEvent[] {
  return readdirSync(directory)
    .filter((name) => name === `${machine}.ts` || name === `${machine}-context.ts`)
    .flatMap((name) => eventsIn(readFileSync(join(directory, name), 'utf8')));
}

function eventsIn(source: string): DeclaredEvent[] {
  return [...source.matchAll(/readonly type: '([A-Z]\w+)'/g)].map(({ index, 1: type = '' }) => {
    const literal = source.slice(source.lastIndexOf('{', index) + 1, endOfLiteral(source, index));
    return { type, fields: fieldsOf(literal).filter((field) => field !== 'type') };
  });
}

/** Where the object type around `from` closes. */
function endOfLiteral(source: string, from: number): number {
  let depth = 1;
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === '{') depth += 1;
    if (source[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error('an object type without an end');
}

/** Field names of the literal itself, not of what its fields hold. */
function fieldsOf(literal: string): string[] {
  let outer = literal;
  for (let inner = outer; ; inner = outer) {
    outer = inner.replaceAll(/\{[^{}]*\}/g, '');
    if (outer === inner) break;
  }
  return [...outer.matchAll(/readonly (\w+)\??:/g)].map(([, field = '']) => field);
}
