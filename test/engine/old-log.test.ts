import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { importLines } from '../../src/engine/log-import.ts';
import { replay } from '../../src/engine/replay.ts';
import { openSqliteLog, type SqliteLog } from '../../src/engine/sqlite-log.ts';
import { WATCH_KINDS } from '../../src/machines/kinds.ts';
import { stateName } from '../../src/machines/state-name.ts';
import { watchStatus } from '../../src/projections/status.ts';

/**
 * A log as version 0.1.0 wrote it: two Kustomizations, a full reconcile at the start, one save. When this test fails, the shape of an
 * event has changed: raise its version in event-shapes.ts and say there how the old shape becomes the new one.
 */
const OLD_LOG = fileURLToPath(new URL('fixtures/log-0.1.0.jsonl', import.meta.url));

let directory: string;
let log: SqliteLog;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'old-log-'));
  const lines = createInterface({ input: createReadStream(OLD_LOG, 'utf8') });
  const path = join(directory, 'events.db');
  ({ log } = await importLines(lines, (identity, base) => openSqliteLog(path, { mode: 'write', identity, base })));
});
afterEach(() => {
  log.close();
  rmSync(directory, { recursive: true, force: true });
});

test('an old log leads to the state that it led to when it was written', () => {
  const state = replay(log, WATCH_KINDS, { limits: DEFAULT_LIMITS });
  const states = [...state.machines].map(([id, snapshot]) => [id, stateName(snapshot)]);
  expect(states.filter(([id]) => !String(id).startsWith('list-watch/'))).toMatchInlineSnapshot(`
    [
      [
        "target/Kustomization/flux-system/apps",
        "settled",
      ],
      [
        "target/Kustomization/flux-system/data",
        "settled",
      ],
      [
        "source/OCIRepository/flux-system/shop",
        "idle",
      ],
      [
        "watch",
        "idle",
      ],
    ]
  `);
  expect([...state.pending.values()]).toEqual([]);
});

test('the status tells the same of an old log', () => {
  const { seq, machines } = replay(log, WATCH_KINDS, { limits: DEFAULT_LIMITS });
  const { watch, sources, targets } = watchStatus(seq, machines);
  expect({ watch, sources, targets }).toMatchInlineSnapshot(`
    {
      "sources": [
        {
          "failure": undefined,
          "id": "OCIRepository/flux-system/shop",
          "revision": "latest@sha256:d0a2d8f598d8141a4f8432f2fcca34ad99d90ea3370e00eb3fcfd7e23672eb84",
          "state": "idle",
        },
      ],
      "targets": [
        {
          "attempt": 0,
          "desiredDigest": "d96fdc7e6e0f69ed92877e4f9a4ce3c725d84b2e5ff91baca3dacbea69c0a0c9",
          "id": "Kustomization/flux-system/apps",
          "message": "",
          "ownSource": undefined,
          "ready": "True",
          "reason": "",
          "reconciledDigest": "d96fdc7e6e0f69ed92877e4f9a4ce3c725d84b2e5ff91baca3dacbea69c0a0c9",
          "revision": "latest@sha256:d0a2d8f598d8141a4f8432f2fcca34ad99d90ea3370e00eb3fcfd7e23672eb84",
          "sharedBecause": "",
          "state": "settled",
        },
        {
          "attempt": 0,
          "desiredDigest": "6e67cf689c3b081325fc9713025a26360cdfa1073643ff154ae6555d55af2843",
          "id": "Kustomization/flux-system/data",
          "message": "",
          "ownSource": undefined,
          "ready": "True",
          "reason": "",
          "reconciledDigest": "6e67cf689c3b081325fc9713025a26360cdfa1073643ff154ae6555d55af2843",
          "revision": "latest@sha256:d0a2d8f598d8141a4f8432f2fcca34ad99d90ea3370e00eb3fcfd7e23672eb84",
          "sharedBecause": "",
          "state": "settled",
        },
      ],
      "watch": {
        "attempt": 0,
        "collected": 0,
        "cycle": 2,
        "failure": undefined,
        "full": undefined,
        "inFlight": [],
        "reason": "root-level: no kustomization file between data/cm.yaml and the watched directory",
        "state": "idle",
      },
    }
  `);
});
