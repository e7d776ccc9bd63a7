import { StatusError } from '../../api/status-error.ts';
import { eachPath } from './field-set.ts';
import { compareTexts, type FieldManager, managerId } from './managers.ts';
import type { Conflict } from './ownership.ts';
import { elementText } from './path-element.ts';

/** One field that an apply would change and somebody else owns. */
interface ConflictingField {
  readonly manager: FieldManager;
  readonly path: string;
}

/** The refusal of an apply that would change what others own: 409 with one cause a field. */
export function applyConflict(conflicts: readonly Conflict[]): StatusError {
  const fields: ConflictingField[] = [];
  const sorted = [...conflicts].sort((a, b) => compareTexts(managerId(a.manager), managerId(b.manager)));
  for (const { manager, fields: set } of sorted) {
    eachPath(set, (path) => fields.push({ manager, path: path.map(elementText).join('') }));
  }
  const causes = fields.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${managerText(manager)}`,
    field: path,
  }));
  return new StatusError(409, 'Conflict', messageOf(fields), { causes });
}

function messageOf(fields: readonly ConflictingField[]): string {
  const [first] = fields;
  if (first !== undefined && fields.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${managerText(first.manager)}: ${first.path}`;
  }
  const lines: string[] = [];
  let previous: FieldManager | undefined;
  for (const { manager, path } of fields) {
    if (manager !== previous) lines.push(`conflicts with ${managerText(manager)}:`);
    lines.push(`- ${path}`);
    previous = manager;
  }
  return `Apply failed with ${fields.length} conflicts: ${lines.join('\n')}`;
}

function managerText({ manager, operation, apiVersion, subresource }: FieldManager): string {
  const name = JSON.stringify(manager);
  const where = subresource === undefined ? name : `${name} with subresource ${JSON.stringify(subresource)}`;
  return operation === 'Update' ? `${where} using ${apiVersion}` : where;
}
