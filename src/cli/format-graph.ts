import type { GraphEntry } from './graph.ts';

/** The graph for reading: each directory with the files its build reads, ends with a newline. */
export function formatGraph(entries: readonly GraphEntry[]): string {
  if (entries.length === 0) return 'no kustomization file and no Flux spec.path found\n';
  return entries
    .map((entry) =>
      [
        `${entry.path} (${entry.files.length} ${entry.files.length === 1 ? 'file' : 'files'})`,
        ...entry.files.map((file) => `  ${file}`),
        ...entry.remote.map((remote) => `  remote: ${remote}`),
        ...entry.errors.map((error) => `  error: ${error}`),
        '',
      ].join('\n'),
    )
    .join('\n');
}
