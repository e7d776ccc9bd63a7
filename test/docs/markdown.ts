export interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;

/** Fenced blocks, in order. */
export function codeBlocks(text: string): CodeBlock[] {
  return [...text.matchAll(FENCE)].map(([, language = '', code = '']) => ({ language, code }));
}

/** What is written as code: the lines of fenced blocks, and spans between backticks. */
export function codeIn(text: string): string[] {
  const spans = [...text.replaceAll(FENCE, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return [...codeBlocks(text).map(({ code }) => code), ...spans];
}

/** Targets of links that lead nowhere else: no addresses of the web. */
export function linksIn(text: string): string[] {
  return [...text.replaceAll(FENCE, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors of headings, as they are made when a page is shown. */
export function anchorsIn(text: string): string[] {
  return [...text.replaceAll(FENCE, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** The cells of every table row, without the lines that rule a table. */
export function tableRows(text: string): string[][] {
  return text
    .replaceAll(FENCE, '')
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^[|\s:-]+$/.test(line))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split('|')
        .map((cell) => cell.trim()),
    );
}
