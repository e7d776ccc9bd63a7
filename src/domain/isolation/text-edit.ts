/** The characters from `start` up to `end` become `text`. Offsets count in the text as it was. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** `text` with all edits carried out; everything outside of them stays as it is. Edits at one place keep their order. Throws where two overlap. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  const sorted = [...edits].sort((left, right) => left.start - right.start || left.end - right.end);
  let result = '';
  let at = 0;
  for (const edit of sorted) {
    if (edit.start < at) throw new Error(`two edits overlap at offset ${edit.start}`);
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

/** The line ending that most lines of `text` have. */
export function lineEnding(text: string): '\n' | '\r\n' {
  const lines = text.split('\n').length - 1;
  return text.split('\r\n').length - 1 > lines / 2 ? '\r\n' : '\n';
}
