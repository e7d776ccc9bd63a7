import type { KubeObject } from '../../domain/kube-object.ts';
import { requireLabelKey, requireLabelValue } from './label-syntax.ts';
import { badRequest, type StatusError } from './status-error.ts';

export type Selector = (object: KubeObject) => boolean;

type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

/** `a=b`, `a==b`, `a!=b`, `a`, `!a`, `a in (b,c)`, `a notin (b,c)`, `a>1`, `a<1`, separated by commas. Throws 400. */
export function labelSelector(text: string): Selector {
  const requirements = new Parser(text).requirements();
  return (object) => requirements.every((matches) => matches(object.metadata.labels ?? NO_LABELS));
}

const NO_LABELS: Labels = {};
const SYMBOLS = /\s*(!=|==|[=!(),<>]|[^\s=!(),<>]+|$)/y;
const OPERATORS: ReadonlySet<string> = new Set(['in', 'notin', '=', '==', '!=', '>', '<']);
const SPECIAL = /^[=!(),<>]/;

/** Tokens are words and symbols; `in` and `notin` are operators only where one may stand. The empty token is the end. */
class Parser {
  readonly #tokens: string[] = [];
  #next = 0;

  constructor(text: string) {
    SYMBOLS.lastIndex = 0;
    for (let found = SYMBOLS.exec(text)?.[1]; found; found = SYMBOLS.exec(text)?.[1]) this.#tokens.push(found);
  }

  requirements(): readonly Requirement[] {
    const found: Requirement[] = [];
    while (this.#peek() !== '') {
      if (isSpecial(this.#peek()) && this.#peek() !== '!') {
        throw badRequest(`found '${this.#peek()}', expected: !, identifier, or 'end of string'`);
      }
      found.push(this.#requirement());
      const separator = this.#take();
      if (separator === '') break;
      if (separator !== ',') throw badRequest(`found '${separator}', expected: ',' or 'end of string'`);
      const next = this.#peek();
      if (next === '' || (isSpecial(next) && next !== '!')) {
        throw badRequest(`found '${next}', expected: identifier after ','`);
      }
    }
    return found;
  }

  #requirement(): Requirement {
    const isNegated = this.#peek() === '!';
    if (isNegated) this.#take();
    const key = this.#take();
    if (key === '' || isSpecial(key)) throw unparsable(`found '${key}', expected: identifier`);
    requireLabelKey(key);
    if (this.#peek() === '' || this.#peek() === ',') return (labels) => Object.hasOwn(labels, key) !== isNegated;
    const operator = this.#take();
    if (!OPERATORS.has(operator)) {
      throw unparsable(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`);
    }
    const values = operator === 'in' || operator === 'notin' ? this.#values() : [this.#value()];
    if (operator === '<' || operator === '>') return compared(key, operator, values[0] ?? '');
    for (const [index, value] of values.entries()) requireLabelValue(key, value, index);
    const wanted = new Set(values);
    const isWanted = operator === 'in' || operator === '=' || operator === '==';
    return (labels) => {
      const value = labels[key];
      return (value !== undefined && wanted.has(value)) === isWanted;
    };
  }

  #value(): string {
    if (this.#peek() === '' || this.#peek() === ',') return '';
    const value = this.#take();
    if (isSpecial(value)) throw unparsable(`found '${value}', expected: identifier`);
    return value;
  }

  #values(): readonly string[] {
    const opening = this.#take();
    if (opening !== '(') throw unparsable(`found '${opening}' expected: '('`);
    const first = this.#peek();
    if (first === ')') {
      this.#take();
      return [''];
    }
    if (first !== ',' && (first === '' || isSpecial(first))) {
      throw unparsable(`found '${first}', expected: ',', ')' or identifier`);
    }
    const values = new Set<string>();
    for (;;) {
      const token = this.#take();
      if (token === ',') {
        // Nothing before, between or after commas is the empty value.
        if (values.size === 0 || this.#peek() === ',' || this.#peek() === ')') values.add('');
        if (this.#peek() === ')') break;
      } else if (token === '' || isSpecial(token)) {
        throw unparsable(`found '${token}', expected: ',', or identifier`);
      } else {
        values.add(token);
        if (this.#peek() === ')') break;
        if (this.#peek() !== ',') throw unparsable(`found '${this.#peek()}', expected: ',' or ')'`);
      }
    }
    this.#take();
    return [...values].sort();
  }

  #peek(): string {
    return this.#tokens[this.#next] ?? '';
  }

  #take(): string {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }
}

function isSpecial(token: string): boolean {
  return SPECIAL.test(token);
}

function compared(key: string, operator: '<' | '>', text: string): Requirement {
  if (!/^[+-]?\d+$/.test(text)) {
    const why = `for 'Gt', 'Lt' operators, the value must be an integer`;
    throw unparsable(`values[0]: Invalid value: ${JSON.stringify(text)}: ${why}`);
  }
  const bound = Number(text);
  return (labels) => {
    const value = labels[key];
    if (value === undefined || !/^[+-]?\d+$/.test(value)) return false;
    return operator === '<' ? Number(value) < bound : Number(value) > bound;
  };
}

export function unparsable(why: string): StatusError {
  return badRequest(`unable to parse requirement: ${why}`);
}
