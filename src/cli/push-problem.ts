/** What is wrong with manifests that are to be pushed. Positions are 1-based. */
export interface PushProblem {
  /** Relative to the directory; `.` for what concerns it as a whole. */
  readonly path: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** `apps/deployment.yaml:3:5: …`; most messages begin with their place already. */
export function problemLine({ path, line, column, message }: PushProblem): string {
  const place = line === undefined ? path : `${path}:${line}:${column ?? 1}`;
  return path === '.' || message.startsWith(path) ? message : `${place}: ${message}`;
}
