import { createJsonLines } from '../ui/json-lines.ts';
import type { CommandIo } from './command.ts';
import { EXIT_OK } from './exit-codes.ts';
import { formatGraph } from './format-graph.ts';
import { graphMermaid, graphReport } from './graph.ts';
import type { GraphOptions } from './options.ts';
import { watchedDirectory } from './watched-directory.ts';

/** `reconcile-machine graph`. Errors of a build are part of what is shown: they do not make the command fail. */
export async function runGraph(options: GraphOptions, io: CommandIo): Promise<number> {
  const entries = graphReport(watchedDirectory(options.dir, io.cwd), options.limits);
  switch (options.format) {
    case 'json':
      createJsonLines(io.stdout)(entries.map(({ path, files, remote, errors }) => ({ path, files, remote, errors })));
      break;
    case 'mermaid':
      io.stdout.write(`${graphMermaid(entries).trimEnd()}\n`);
      break;
    case 'text':
      io.stdout.write(formatGraph(entries));
  }
  return EXIT_OK;
}
