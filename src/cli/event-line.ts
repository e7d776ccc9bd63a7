import type { LoggedEvent } from '../engine/event-log.ts';

/** Writes events as aligned columns `seq  time  machine  type  fields`; a column grows with what it has seen. */
export function eventColumns(lastSeq: number): (event: LoggedEvent) => string {
  const width = { seq: String(lastSeq).length, machine: 0, type: 0 };
  return ({ seq, at, machine, type, v: _, ...fields }) => {
    width.machine = Math.max(width.machine, machine.length);
    width.type = Math.max(width.type, type.length);
    const columns = [
      String(seq).padStart(width.seq),
      timeOf(at),
      machine.padEnd(width.machine),
      type.padEnd(width.type),
      Object.entries(fields)
        .map(([name, value]) => `${name}=${fieldText(value)}`)
        .join(' '),
    ];
    return printable(columns.join('  ').trimEnd());
  };
}

/** The event as one line of JSON. */
export function eventJson(event: LoggedEvent): string {
  return printable(JSON.stringify(event));
}

function timeOf(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
}

function fieldText(value: unknown): string {
  const plain = typeof value === 'string' && /^[\w./:@+-]+$/.test(value);
  return plain ? value : JSON.stringify(value);
}

/** Messages of a cluster may hold control characters; a terminal must not obey them. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
