import type { KubeObject } from '../../../domain/kube-object.ts';

/** metav1.TableColumnDefinition. Columns of priority 1 are shown with `-o wide` only. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

/** How objects of one kind become rows of a table. */
export interface Printer {
  readonly columns: readonly Column[];
  /** One cell for each column, those of priority 1 too: clients choose. */
  cells(object: KubeObject, nowMs: number): readonly unknown[];
  /** metav1.TableRowCondition: rows that a client may fade out. */
  conditions?(object: KubeObject): readonly RowCondition[];
}

export interface RowCondition {
  readonly type: 'Completed';
  readonly status: 'True';
  readonly reason: string;
  readonly message: string;
}

/** Descriptions are left empty: no client shows them. */
export function column(name: string, type = 'string', priority = 0): Column {
  return { name, type, format: '', description: '', priority };
}

export function wide(name: string): Column {
  return column(name, 'string', 1);
}

export function texts(...names: readonly string[]): readonly Column[] {
  return names.map((name) => column(name));
}

export function integers(...names: readonly string[]): readonly Column[] {
  return names.map((name) => column(name, 'integer'));
}

export const NAME: Column = { ...column('Name'), format: 'name' };
export const AGE: Column = column('Age');
