import { lineEnding, type TextEdit } from './text-edit.ts';

/** The documents (each ending with a newline) behind all that `text` holds; of an empty text they are the content. */
export function appendedDocuments(text: string, documents: readonly string[]): TextEdit {
  const eol = lineEnding(text);
  const at = text.length;
  const isEmpty = text.trim() === '';
  const missingNewline = isEmpty || text.endsWith('\n') ? '' : eol;
  const separator = `---${eol}`;
  // A file may end with the separator for a document that was never written.
  const first = isEmpty || /(^|\n)---[ \t]*\r?\n$/.test(text) ? '' : separator;
  const added = documents.map((document) => document.replaceAll('\n', eol)).join(separator);
  return { start: at, end: at, text: `${missingNewline}${first}${added}` };
}
