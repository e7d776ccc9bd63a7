import { createStyle, type Style, supportsUnicode } from './style.ts';
import { textWidth, truncate } from './text-width.ts';

export interface TerminalOutput {
  write(text: string): unknown;
  readonly columns?: number;
  readonly rows?: number;
  on?(event: 'resize', listener: () => void): unknown;
  off?(event: 'resize', listener: () => void): unknown;
}

export interface TerminalIo {
  readonly stdout: TerminalOutput;
  readonly stderr: TerminalOutput;
  /** Whether stdout is a terminal. */
  readonly isTty: boolean;
  readonly color: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Lines that stay, and beneath them a region that is rewritten in place. Without a terminal there is no region. */
export interface Terminal {
  /** Whether `setRegion` shows anything. */
  readonly live: boolean;
  /** As of now: its width follows the terminal's. */
  style(): Style;
  print(lines: readonly string[]): void;
  /** The same on stderr, which may be this terminal, too. */
  printError(lines: readonly string[]): void;
  /** Replaces the region; an empty list takes it away. */
  setRegion(lines: readonly string[]): void;
  /** Takes the region away and gives the cursor back. May be called twice. */
  close(): void;
}

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const ERASE_BELOW = '\u001b[J';
const COLUMNS_UNKNOWN = 80;
const ROWS_UNKNOWN = 24;

export function createTerminal(io: TerminalIo): Terminal {
  const live = io.isTty && io.env.TERM !== 'dumb';
  const unicode = supportsUnicode(io.env);
  const ellipsis = unicode ? '…' : '...';
  // A pseudo-terminal that nobody has given a size says 0.
  const columns = () => (io.isTty ? Math.max(20, io.stdout.columns || COLUMNS_UNKNOWN) : Number.POSITIVE_INFINITY);
  let wanted: readonly string[] = [];
  let drawn: readonly string[] = [];
  let closed = false;

  /** Back to where the region began. A line drawn before the terminal became narrower may take several rows by now. */
  const erase = (): string => {
    if (drawn.length === 0) return '';
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(textWidth(line) / columns())), 0);
    return `\r\u001b[${rows}A${ERASE_BELOW}`;
  };
  const draw = (above: string): void => {
    const rowsMax = Math.max(1, (io.stdout.rows || ROWS_UNKNOWN) - 2);
    // One cell is left free: some terminals wrap when the last one is written.
    const lines = wanted.slice(0, rowsMax).map((line) => truncate(line, columns() - 1, ellipsis));
    const cursor = drawn.length === 0 && lines.length > 0 ? HIDE_CURSOR : '';
    const uncursor = drawn.length > 0 && lines.length === 0 ? SHOW_CURSOR : '';
    const text = erase() + above + cursor + lines.map((line) => `${line}\n`).join('') + uncursor;
    drawn = lines;
    if (text !== '') io.stdout.write(text);
  };
  const onResize = () => draw('');
  if (live) io.stdout.on?.('resize', onResize);

  return {
    live,
    style: () => createStyle({ color: io.color, unicode, width: columns() }),
    print: (lines) => {
      const text = lines.map((line) => `${line}\n`).join('');
      if (live) draw(text);
      else if (text !== '') io.stdout.write(text);
    },
    printError: (lines) => {
      const region = live ? erase() : '';
      if (region !== '') io.stdout.write(region);
      drawn = [];
      io.stderr.write(lines.map((line) => `${line}\n`).join(''));
      if (live) draw('');
    },
    setRegion: (lines) => {
      if (!live || closed) return;
      wanted = lines;
      // Rewriting what is there already would only flicker.
      if (lines.length === 0 && drawn.length === 0) return;
      draw('');
    },
    close: () => {
      if (closed) return;
      closed = true;
      wanted = [];
      if (!live) return;
      draw('');
      io.stdout.off?.('resize', onResize);
    },
  };
}
