import {
  type FieldError,
  forbiddenField,
  invalidObject,
  invalidValue,
  tooLong,
  unsupportedValue,
} from '../schema/field-error.ts';
import type { WriteOptions } from '../store/write-options.ts';

const MANAGER_BYTES_MAX = 128;
const VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn'];

export type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions';

/** The options of a write in its query; 422 for what the real server refuses. What is unknown in the body is warned of by default. */
export function writeOptions(kind: OptionsKind, query: URLSearchParams, userAgent: string | undefined): WriteOptions {
  if (query.size > 0) requireValid(kind, query);
  const fieldManager = query.get('fieldManager') || managerOf(userAgent);
  const validation = query.get('fieldValidation');
  return {
    fieldManager,
    fieldValidation: validation === 'Ignore' || validation === 'Strict' ? validation : 'Warn',
    ...(query.get('dryRun') === 'All' ? { dryRun: true } : {}),
  };
}

function requireValid(kind: OptionsKind, query: URLSearchParams): void {
  const errors = [...managerErrors(query.get('fieldManager') ?? ''), ...otherErrors(query)];
  if (errors.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind }, '', errors);
}

/** `force` without an apply patch is refused apart from the rest: only the caller knows the patch's type. */
export function requireNoForce(query: URLSearchParams): void {
  if (!query.has('force')) return;
  const error = forbiddenField('force', 'may not be specified for non-apply patch');
  throw invalidObject({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [error]);
}

function managerErrors(manager: string): readonly FieldError[] {
  if (Buffer.byteLength(manager) > MANAGER_BYTES_MAX) return [tooLong('fieldManager', MANAGER_BYTES_MAX)];
  const at = [...manager].findIndex((character) => !isPrintable(character));
  if (at < 0) return [];
  const code = [...manager][at]?.codePointAt(0) ?? 0;
  const why = `invalid character U+${code.toString(16).toUpperCase().padStart(4, '0')} (at position ${at})`;
  const { message, ...error } = invalidValue('fieldManager', manager, why);
  return [{ ...error, message: message.replace(/\\u0007/g, '\\a').replace(/\\u000b/g, '\\v') }];
}

function otherErrors(query: URLSearchParams): readonly FieldError[] {
  const dryRun = query.getAll('dryRun');
  const validation = query.get('fieldValidation') ?? '';
  return [
    ...(dryRun.every((each) => each === 'All') ? [] : [unsupportedValue('dryRun', dryRun, ['All'])]),
    ...(VALIDATIONS.includes(validation) ? [] : [unsupportedValue('fieldValidation', validation, VALIDATIONS)]),
  ];
}

const managers = new Map<string, string>();
const MANAGERS_MAX = 1_000;

/** Who writes, when the request does not say: the User-Agent up to its first slash. */
function managerOf(userAgent: string | undefined): string {
  if (userAgent === undefined) return 'unknown';
  const known = managers.get(userAgent);
  if (known !== undefined) return known;
  const printable = [...(userAgent.split('/', 1)[0] ?? '')].filter(isPrintable).join('');
  const manager = Buffer.from(printable).subarray(0, MANAGER_BYTES_MAX).toString() || 'unknown';
  if (managers.size < MANAGERS_MAX) managers.set(userAgent, manager);
  return manager;
}

function isPrintable(character: string): boolean {
  return character === ' ' || !/[\p{C}\p{Z}]/u.test(character);
}
