import { fileURLToPath } from 'node:url';

/** One measurement beside its baseline of the same run. */
export interface Row {
  readonly measured: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: string;
  readonly baseline: number;
  readonly baselineIs: string;
}

/** Prints a table for people and the same as JSON. `ratio` is value ÷ baseline. */
export function printTable(name: string, rows: readonly Row[]): void {
  const shown = rows.map((row) => ({ ...row, ratio: Number((row.value / row.baseline).toPrecision(3)) }));
  process.stdout.write(`${name}\n`);
  console.table(shown);
  process.stdout.write(`${JSON.stringify({ bench: name, rows: shown })}\n`);
}

export function isMain(moduleUrl: string): boolean {
  return process.argv[1] === fileURLToPath(moduleUrl);
}
