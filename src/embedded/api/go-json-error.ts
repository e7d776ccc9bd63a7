/**
 * What Go's encoding/json says about a text that is not JSON: the real server hands it on to clients. Undefined for valid JSON. Only
 * called once JSON.parse has refused the text, so it may take its time.
 */
export function goJsonError(text: string): string | undefined {
  try {
    const end = value(text, skip(text, 0));
    return end < text.length ? unexpected(text, end, 'after top-level value') : undefined;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.message;
    throw error;
  }
}

class JsonSyntaxError extends Error {}

const BEGINNING = 'looking for beginning of value';

/** All of these return where the text goes on, behind the white space. */
function value(text: string, at: number): number {
  switch (text[at]) {
    case '{':
      return object(text, at + 1);
    case '[':
      return array(text, at + 1);
    case '"':
      return skip(text, string(text, at + 1));
    case 't':
      return literal(text, at, 'true');
    case 'f':
      return literal(text, at, 'false');
    case 'n':
      return literal(text, at, 'null');
    default:
      return skip(text, number(text, at));
  }
}

function object(text: string, begin: number): number {
  let at = skip(text, begin);
  if (text[at] === '}') return skip(text, at + 1);
  for (;;) {
    if (text[at] !== '"') fail(text, at, 'looking for beginning of object key string');
    at = skip(text, string(text, at + 1));
    if (text[at] !== ':') fail(text, at, 'after object key');
    at = value(text, skip(text, at + 1));
    if (text[at] === '}') return skip(text, at + 1);
    if (text[at] !== ',') fail(text, at, 'after object key:value pair');
    at = skip(text, at + 1);
  }
}

function array(text: string, begin: number): number {
  let at = skip(text, begin);
  if (text[at] === ']') return skip(text, at + 1);
  for (;;) {
    at = value(text, at);
    if (text[at] === ']') return skip(text, at + 1);
    if (text[at] !== ',') fail(text, at, 'after array element');
    at = skip(text, at + 1);
  }
}

function string(text: string, begin: number): number {
  let at = begin;
  while (text[at] !== '"') {
    if (text[at] === '\\') {
      at += 1;
      if (text[at] === 'u') {
        for (let digit = 1; digit <= 4; digit += 1) {
          if (!/[0-9a-fA-F]/.test(text[at + digit] ?? ''))
            fail(text, at + digit, 'in \\u hexadecimal character escape');
        }
        at += 4;
      } else if (!'"\\/bfnrt'.includes(text[at] ?? 'none')) fail(text, at, 'in string escape code');
    } else if ((text[at] ?? '') < ' ') fail(text, at, 'in string literal');
    at += 1;
  }
  return at + 1;
}

function literal(text: string, begin: number, word: string): number {
  for (let index = 1; index < word.length; index += 1) {
    const expected = word[index];
    if (text[begin + index] !== expected) fail(text, begin + index, `in literal ${word} (expecting '${expected}')`);
  }
  return skip(text, begin + word.length);
}

function number(text: string, begin: number): number {
  let at = begin;
  if (text[at] === '-') {
    at += 1;
    if (!isDigit(text[at])) fail(text, at, 'in numeric literal');
  } else if (!isDigit(text[at])) fail(text, at, BEGINNING);
  at = text[at] === '0' ? at + 1 : digits(text, at);
  if (text[at] === '.') {
    if (!isDigit(text[at + 1])) fail(text, at + 1, 'after decimal point in numeric literal');
    at = digits(text, at + 1);
  }
  if (text[at] === 'e' || text[at] === 'E') {
    at += text[at + 1] === '+' || text[at + 1] === '-' ? 2 : 1;
    if (!isDigit(text[at])) fail(text, at, 'in exponent of numeric literal');
    at = digits(text, at);
  }
  return at;
}

function digits(text: string, begin: number): number {
  let at = begin;
  while (isDigit(text[at])) at += 1;
  return at;
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

function skip(text: string, begin: number): number {
  let at = begin;
  while (at < text.length && ' \t\r\n'.includes(text[at] ?? '')) at += 1;
  return at;
}

function fail(text: string, at: number, context: string): never {
  throw new JsonSyntaxError(unexpected(text, at, context));
}

function unexpected(text: string, at: number, context: string): string {
  if (at >= text.length) return 'unexpected end of JSON input';
  return `invalid character ${quoted(String.fromCodePoint(text.codePointAt(at) ?? 0))} ${context}`;
}

/** A character as Go's %q prints it, but for the two quotes. */
function quoted(character: string): string {
  if (character === "'") return `'\\''`;
  if (character === '"') return `'"'`;
  return `'${JSON.stringify(character).slice(1, -1)}'`;
}
