import type { RelativePath } from './paths.ts';
import { relativePath } from './paths.ts';

const PLACEHOLDER = /__[A-Za-z][A-Za-z0-9_]*?__|\$\{[^}]*\}|\{\{[^}]*\}\}/;

/** The first placeholder in `text` that something still has to fill in (`__PROVIDER__`, `${CLUSTER}`, `{{ .env }}`). */
export function placeholderIn(text: string): string | undefined {
  return PLACEHOLDER.exec(text)?.[0];
}

/** A `spec.path` in any of Flux's spellings, normalised; undefined when it leaves the root or still holds a placeholder. */
export function specPath(rawPath: string): RelativePath | undefined {
  return placeholderIn(rawPath) === undefined ? relativePath(rawPath) : undefined;
}
