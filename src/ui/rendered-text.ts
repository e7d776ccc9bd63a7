import type { Style } from './style.ts';
import { oneLine, textWidth, wrap } from './text-width.ts';

/** `text` after `prefix`, wrapped to the style's width, further lines set in beneath its first word. */
export function messageLines(style: Style, prefix: string, text: string): string[] {
  const indent = textWidth(prefix);
  // On a very narrow terminal lines are cut rather than wrapped into a column of letters.
  const room = Math.max(20, style.width - indent);
  return wrap(text, room).map((line, index) => (index === 0 ? prefix : ' '.repeat(indent)) + line);
}

/** The first `shownMax` paths, and how many more there are. */
export function namedPaths(paths: readonly string[], shownMax: number): string {
  // One more path takes no more room than saying that there is one more.
  const shown = paths.length <= shownMax + 1 ? paths : paths.slice(0, shownMax);
  const more = paths.length - shown.length;
  return shown.map(oneLine).join(', ') + (more > 0 ? ` and ${more.toLocaleString('en-US')} more` : '');
}
