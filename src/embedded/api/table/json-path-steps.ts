/** One step of a JSONPath, as Kubernetes reads them. */
export type PathStep =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'descend' }
  | { readonly kind: 'slice'; readonly from?: number; readonly to?: number; readonly by: number }
  | { readonly kind: 'union'; readonly parts: readonly PathStep[] }
  | { readonly kind: 'filter'; readonly comparison: Comparison };

export type Operand = { readonly steps: readonly PathStep[] } | { readonly value: unknown };

/** `@.type=="Ready"`; without an operator it asks whether `left` exists. */
export interface Comparison {
  readonly left: Operand;
  readonly operator: string | undefined;
  readonly right: Operand | undefined;
}

const FIELD = /^\.?((?:\\.|[^.[\]\\])+)/;
const FILTER = /^\?\((.*)\)$/;
const OPERATOR = /^(.*?)\s*(==|!=|<=|>=|<|>)\s*(.*)$/;
const SLICE = /^(-?\d+)?(?::(-?\d+)?)?(?::(\d+))?$/;

/** The steps of a path, with or without braces; undefined for one that cannot be read. */
export function parseJsonPath(path: string): readonly PathStep[] | undefined {
  const steps: PathStep[] = [];
  let rest = path.trim().replace(/^\{(.*)\}$/, '$1');
  rest = rest.replace(/^[$@]/, '');
  while (rest !== '') {
    if (rest.startsWith('..')) {
      steps.push({ kind: 'descend' });
      rest = rest.slice(rest[2] === '[' ? 2 : 1);
      continue;
    }
    if (rest.startsWith('[')) {
      const end = closingBracket(rest);
      const step = end < 0 ? undefined : bracket(rest.slice(1, end).trim());
      if (step === undefined) return undefined;
      steps.push(step);
      rest = rest.slice(end + 1);
      continue;
    }
    const field = FIELD.exec(rest);
    if (field === null) {
      // A lone dot names the object itself.
      if (rest === '.') break;
      return undefined;
    }
    const [all, name = ''] = field;
    steps.push(name === '*' ? { kind: 'wildcard' } : { kind: 'field', name: name.replace(/\\(.)/g, '$1') });
    rest = rest.slice(all.length);
  }
  return steps;
}

/** Where the bracket that `text` begins with is closed; -1 when it is not. Brackets in quotes do not count. */
function closingBracket(text: string): number {
  let depth = 0;
  let quote = '';
  for (const [index, character] of [...text].entries()) {
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '[') depth++;
    else if (character === ']' && --depth === 0) return index;
  }
  return -1;
}

function bracket(inside: string): PathStep | undefined {
  if (inside === '*') return { kind: 'wildcard' };
  const filter = FILTER.exec(inside);
  if (filter !== null) return filterStep(filter[1] ?? '');
  const parts = inside.split(/,(?=(?:[^'"]|'[^']*'|"[^"]*")*$)/).map((part) => bracketPart(part.trim()));
  const known = parts.filter((part) => part !== undefined);
  if (known.length < parts.length) return undefined;
  return known.length === 1 ? known[0] : { kind: 'union', parts: known };
}

function bracketPart(part: string): PathStep | undefined {
  const quoted = unquoted(part);
  if (quoted !== undefined) return { kind: 'field', name: quoted };
  const slice = SLICE.exec(part);
  if (slice === null || part === '') return undefined;
  const [, from, to, by] = slice;
  const start = from === undefined ? {} : { from: Number(from) };
  // A single index is a slice of one; of -1 the end is the end of the list.
  if (!part.includes(':'))
    return { kind: 'slice', ...start, ...(from === '-1' ? {} : { to: Number(from) + 1 }), by: 1 };
  return { kind: 'slice', ...start, ...(to === undefined ? {} : { to: Number(to) }), by: Math.max(1, Number(by ?? 1)) };
}

function filterStep(text: string): PathStep | undefined {
  const [, before, operator, after = ''] = OPERATOR.exec(text) ?? [undefined, text, undefined];
  const left = operand((before ?? '').trim());
  const right = operator === undefined ? undefined : operand(after.trim());
  if (left === undefined || (operator !== undefined && right === undefined)) return undefined;
  return { kind: 'filter', comparison: { left, operator, right } };
}

function operand(text: string): Operand | undefined {
  const quoted = unquoted(text);
  if (quoted !== undefined) return { value: quoted };
  if (text === 'true' || text === 'false') return { value: text === 'true' };
  if (/^-?\d+(\.\d+)?$/.test(text)) return { value: Number(text) };
  const steps = parseJsonPath(text);
  return steps === undefined ? undefined : { steps };
}

function unquoted(text: string): string | undefined {
  const quoted = /^(?:'((?:\\.|[^'])*)'|"((?:\\.|[^"])*)")$/.exec(text);
  return quoted === null ? undefined : (quoted[1] ?? quoted[2] ?? '').replace(/\\(.)/g, '$1');
}
