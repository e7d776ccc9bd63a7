import type { AnyCommand } from './command.ts';
import { clusterCommand } from './commands/cluster.ts';
import { demoCommand } from './commands/demo.ts';
import { explainCommand } from './commands/explain.ts';
import { graphCommand } from './commands/graph.ts';
import { isolateCommand } from './commands/isolate.ts';
import { logCommand } from './commands/log.ts';
import { replayCommand } from './commands/replay.ts';
import { retryCommand } from './commands/retry.ts';
import { statusCommand } from './commands/status.ts';
import { watchCommand } from './commands/watch.ts';

/** All commands, in the order the help shows them. What a command does is imported when it runs. */
export const COMMANDS: readonly AnyCommand[] = [
  watchCommand,
  demoCommand,
  explainCommand,
  graphCommand,
  isolateCommand,
  statusCommand,
  retryCommand,
  logCommand,
  replayCommand,
  clusterCommand,
];
