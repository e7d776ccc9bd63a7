import { KUBERNETES_MESSAGES } from './kubernetes-messages.ts';

/** What is known of one field of a message. */
export interface MessageField {
  /** Empty for an inlined message: its fields stand where it would. */
  readonly jsonName: string;
  /** `*` a list, `%` a map with strings as keys. */
  readonly many: '' | '*' | '%';
  readonly inlined: boolean;
  /**
   * `s` string, `b` boolean, `i` integer, `d` double, `y` bytes, `t` time, `m` time with microseconds, `q` quantity, `x` integer or string,
   * `l` list of strings, `r` JSON, `@` the message in `message`, `|` one of the fields of the message in `message`.
   */
  readonly type: string;
  readonly message: string;
  /** A zero (`''`, `0`, `false`) that was sent means something. Else it is what Go sends for "not given". */
  readonly keepsZero: boolean;
}

/** The fields of a message by their number. */
export type MessageFields = ReadonlyMap<number, MessageField>;

let lines: ReadonlyMap<string, string> | undefined;
const read = new Map<string, MessageFields>();

/** The fields of a message such as `core.v1.Pod`; undefined for one that is not known. Lines are read when they are first needed. */
export function messageFields(message: string): MessageFields | undefined {
  const known = read.get(message);
  if (known !== undefined) return known;
  lines ??= new Map(KUBERNETES_MESSAGES.trim().split('\n').map(nameAndRest));
  const line = lines.get(message);
  if (line === undefined) return undefined;
  const fields = new Map(line === '' ? [] : line.split(',').map(field));
  read.set(message, fields);
  return fields;
}

function nameAndRest(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1)];
}

const FIELD = /^(\d+)([*%]?)(\^?)(?:([sbidytmqxlr])|([@|])([\w.]+))(!?)(?: (.+))?$/;

function field(text: string): readonly [number, MessageField] {
  const found = FIELD.exec(text);
  if (found === null) throw new Error(`expected a field such as "3s name", found "${text}"`);
  const [, number, many = '', inlined, scalar, reference = '', message = '', zero, jsonName = ''] = found;
  return [
    Number(number),
    {
      jsonName,
      many: many === '*' || many === '%' ? many : '',
      inlined: inlined === '^',
      type: scalar ?? reference,
      message,
      keepsZero: zero === '!',
    },
  ];
}
