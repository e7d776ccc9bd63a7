import { StringDecoder } from 'node:string_decoder';

export interface OutputTail {
  add(chunk: Buffer): void;
  lines(): readonly string[];
}

/** Keeps the last lines of a process's output, each shortened, however much it prints. */
export function outputTail({
  linesMax,
  lineCharactersMax,
}: {
  readonly linesMax: number;
  readonly lineCharactersMax: number;
}): OutputTail {
  const decoder = new StringDecoder('utf8');
  let kept: string[] = [];
  let unfinished = '';
  const shortened = (line: string): string =>
    line.length > lineCharactersMax ? `${line.slice(0, lineCharactersMax)}…` : line;
  return {
    add: (chunk) => {
      const lines = `${unfinished}${decoder.write(chunk)}`.split(/\r?\n/);
      unfinished = shortened(lines.pop() ?? '');
      kept = [...kept, ...lines.slice(-linesMax).map(shortened)].slice(-linesMax);
    },
    lines: () => [...kept, ...(unfinished === '' ? [] : [unfinished])].slice(-linesMax),
  };
}
