import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandIo } from './command.ts';
import { watchEmbedded } from './embedded-world.ts';
import { CommandFailedError } from './errors.ts';
import { ignorePatterns } from './ignore-patterns.ts';
import type { DemoOptions, WatchOptions } from './options.ts';
import type { CycleResult, RunningWatch } from './run-session.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/shop', import.meta.url));

interface Edit {
  readonly title: string;
  readonly file: string;
  readonly change: (text: string) => string;
}

/** Each edit changes the content for real, the way a person would: one line. */
const EDITS: readonly Edit[] = [
  {
    title: 'a leaf',
    file: 'data/cache/deployment.yaml',
    change: (text) => text.replace(/replicas: \d+/, 'replicas: 2'),
  },
  {
    title: 'the shared base',
    file: 'base/server/deployment.yaml',
    change: (text) => text.replace(/replicas: \d+/, 'replicas: 3'),
  },
  {
    title: 'the root',
    file: 'kustomization.yaml',
    change: (text) => `${text.trimEnd()}\n# demo: what lies in the root may concern everything\n`,
  },
];

/** `demo`: a watch of a copy of the bundled example, on an embedded cluster and registry, that makes three edits by itself. */
export async function runDemo(options: DemoOptions, io: CommandIo): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'reconcile-machine-demo-'));
  cpSync(EXAMPLE, dir, { recursive: true });
  const state = mkdtempSync(join(tmpdir(), 'reconcile-machine-demo-log-'));
  const logPath = options.log ?? join(state, 'events.db');
  try {
    return await watchEmbedded(
      {
        options: watchOptionsOf(options, dir, logPath),
        dir,
        logPath,
        script: (running) => threeEdits(dir, options, running),
      },
      io,
    );
  } finally {
    if (options.once) rmSync(dir, { recursive: true, force: true });
    if (options.once && options.log === undefined) rmSync(state, { recursive: true, force: true });
  }
}

async function threeEdits(dir: string, options: DemoOptions, running: RunningWatch): Promise<number | undefined> {
  const rows: { readonly edit: Edit; readonly result: CycleResult }[] = [];
  const first = await running.nextCycle();
  let failed = first.failed;
  for (const edit of EDITS) {
    running.show({ type: 'message', level: 'info', text: `demo: editing ${edit.title} (${edit.file})` });
    const ended = running.nextCycle();
    const path = join(dir, edit.file);
    const before = readFileSync(path, 'utf8');
    const after = edit.change(before);
    if (after === before)
      throw new CommandFailedError(
        `the bundled example has changed: ${edit.file} has nothing to edit`,
        'reinstall reconcile-machine',
      );
    writeFileSync(path, after);
    const result = await ended;
    failed ||= result.failed;
    rows.push({ edit, result });
  }
  const total = first.asked.length;
  for (const { edit, result } of rows) {
    const count =
      result.asked.length === total
        ? `all ${total} Kustomizations`
        : `${result.asked.length} of ${total} Kustomizations`;
    running.show({
      type: 'message',
      level: 'info',
      text: `${edit.title}: asked ${count}, ${result.failed ? 'not all' : 'all'} Ready ${result.endedAt - result.firstEventAt} ms after the save`,
    });
  }
  if (options.once) return failed ? 1 : 0;
  running.show({ type: 'message', level: 'info', text: `watching ${dir}: edit a file there and see. Ctrl-C ends it` });
  return undefined;
}

function watchOptionsOf(options: DemoOptions, dir: string, log: string): WatchOptions {
  return {
    kubeconfig: undefined,
    context: undefined,
    namespace: undefined,
    dir,
    root: undefined,
    entry: undefined,
    source: undefined,
    ignore: ignorePatterns([]),
    limits: options.limits,
    engine: undefined,
    allowContexts: [],
    registry: undefined,
    tag: undefined,
    repair: false,
    initial: true,
    dryRun: false,
    sync: false,
    once: options.once,
    json: options.json,
    log,
    hooks: [],
    isolate: 'on',
    registryInCluster: undefined,
    keep: false,
    embedded: true,
    poll: false,
    allowPrune: false,
  };
}
