import type { AnyCommand } from './command.ts';
import { clusterCommand } from './commands/cluster.ts';
import { configCommand } from './commands/config.ts';
import { demoCommand } from './commands/demo.ts';
import { diagnoseCommand } from './commands/diagnose.ts';
import { driftCommand } from './commands/drift.ts';
import { explainCommand } from './commands/explain.ts';
import { graphCommand } from './commands/graph.ts';
import { initCommand } from './commands/init.ts';
import { isolateCommand } from './commands/isolate.ts';
import { logCommand } from './commands/log.ts';
import { pushCommand } from './commands/push.ts';
import { reconcileCommand } from './commands/reconcile.ts';
import { replayCommand } from './commands/replay.ts';
import { restoreCommand } from './commands/restore.ts';
import { retryCommand } from './commands/retry.ts';
import { statusCommand } from './commands/status.ts';
import { watchCommand } from './commands/watch.ts';

/** All commands, in the order the help shows them. What a command does is imported when it runs. */
export const COMMANDS: readonly AnyCommand[] = [
  watchCommand,
  pushCommand,
  reconcileCommand,
  demoCommand,
  initCommand,
  explainCommand,
  graphCommand,
  isolateCommand,
  restoreCommand,
  statusCommand,
  diagnoseCommand,
  driftCommand,
  retryCommand,
  logCommand,
  replayCommand,
  configCommand,
  clusterCommand,
];
