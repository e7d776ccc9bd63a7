import type { TerminalOutput } from './terminal.ts';

/** One value as one line of JSON. U+2028 and U+2029 are escaped: some readers take them for the end of a line. */
export function jsonLine(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return `${text.replace(/[\u2028\u2029]/g, (separator) => `\\u${separator.charCodeAt(0).toString(16)}`)}\n`;
}

/** Prints each value as one line of JSON, for `--json`. */
export function createJsonLines(output: TerminalOutput): (value: unknown) => void {
  return (value) => {
    output.write(jsonLine(value));
  };
}
