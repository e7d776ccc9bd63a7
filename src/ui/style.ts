import { styleText } from 'node:util';

export interface Symbols {
  readonly ready: string;
  readonly failed: string;
  readonly held: string;
  readonly warning: string;
  readonly waiting: string;
  readonly asked: string;
  readonly changed: string;
  readonly pushed: string;
  readonly full: string;
  readonly arrow: string;
  readonly because: string;
  readonly dot: string;
  readonly ellipsis: string;
  readonly spinner: readonly string[];
}

const UNICODE: Symbols = {
  ready: '✓',
  failed: '✗',
  held: '‖',
  warning: '!',
  waiting: '◌',
  asked: '→',
  changed: '●',
  pushed: '↑',
  full: '∗',
  arrow: '→',
  because: '←',
  dot: '·',
  ellipsis: '…',
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
};

const ASCII: Symbols = {
  ready: 'ok',
  failed: 'x',
  held: '=',
  warning: '!',
  waiting: 'o',
  asked: '>',
  changed: '*',
  pushed: '^',
  full: '*',
  arrow: '->',
  because: '<-',
  dot: '-',
  ellipsis: '...',
  spinner: ['|', '/', '-', '\\'],
};

export type Paint = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** How text is to look: everything a pure rendering needs to know of the terminal. */
export interface Style {
  readonly symbols: Symbols;
  /** Cells a line may take; Infinity where lines are not cut. */
  readonly width: number;
  /** The identity where there is no colour. */
  paint(format: Paint, text: string): string;
}

export function createStyle(input: {
  readonly color: boolean;
  readonly unicode: boolean;
  readonly width: number;
}): Style {
  return {
    symbols: input.unicode ? UNICODE : ASCII,
    width: input.width,
    // Whether to colour was decided from the options and the environment; stdout must not be asked again.
    paint: (format, text) => (input.color && text !== '' ? styleText(format, text, { validateStream: false }) : text),
  };
}

/** Whether the locale says that more than ASCII can be shown. */
export function supportsUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.TERM === 'linux') return false;
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== '');
  if (locale !== undefined) return /utf-?8/i.test(locale);
  // Windows and macOS set no locale as a rule, and their terminals show Unicode; a bare container says nothing: neither do we guess there.
  return env.WT_SESSION !== undefined || env.TERM_PROGRAM !== undefined || env.OS === 'Windows_NT';
}
