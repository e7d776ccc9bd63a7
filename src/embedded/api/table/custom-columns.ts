import { type Column, column, NAME, type Printer } from './columns.ts';
import { ageOf } from './human-duration.ts';
import { valuesAt } from './json-path.ts';

/** One of a CustomResourceDefinition's `additionalPrinterColumns`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
}

/** What a definition without columns of its own shows. */
export const AGE_COLUMN: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

const made = new WeakMap<readonly PrinterColumn[], Printer>();

/** A printer for custom resources: their name, then a cell for each column. */
export function customPrinter(columns: readonly PrinterColumn[]): Printer {
  const known = made.get(columns);
  if (known !== undefined) return known;
  const printer: Printer = {
    columns: [NAME, ...columns.map(asColumn)],
    cells: (object, nowMs) => [
      object.metadata.name,
      ...columns.map(({ type, jsonPath }) => cell(type, valuesAt(object, jsonPath)[0], nowMs)),
    ],
  };
  made.set(columns, printer);
  return printer;
}

function asColumn({ name, type, format = '', description = '', priority = 0 }: PrinterColumn): Column {
  return { ...column(name, type, priority), format, description };
}

/** A value of another type than the column's is shown as nothing. */
function cell(type: string, value: unknown, nowMs: number): unknown {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? ageOf(value, nowMs) : null;
    default:
      return typeof value === 'object' ? JSON.stringify(value, sortedKeys) : String(value);
  }
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
