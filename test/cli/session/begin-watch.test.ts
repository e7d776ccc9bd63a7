import { expect, test } from 'vitest';
import { beginWatch } from '../../../src/cli/session/begin-watch.ts';
import { Inbox } from '../../../src/cli/session/inbox.ts';
import { isolatingPatch } from '../../../src/domain/isolation/session-patches.ts';
import { sessionSource } from '../../../src/domain/isolation/session-source.ts';
import type { KubeObject } from '../../../src/domain/kube-object.ts';
import { DEFAULT_LIMITS } from '../../../src/domain/limits.ts';
import { objectId } from '../../../src/domain/target.ts';
import { LiveView } from '../../../src/effects/live-view.ts';
import { jsonPatch } from '../../../src/embedded/store/json-patch.ts';
import { Engine } from '../../../src/engine/engine.ts';
import type { EventLog } from '../../../src/engine/event-log.ts';
import { createMemoryLog } from '../../../src/engine/memory-log.ts';
import { WATCH_KINDS } from '../../../src/machines/kinds.ts';
import { targetMachineId } from '../../../src/machines/messages.ts';
import type { TargetContext } from '../../../src/machines/target-context.ts';
import { kustomization, NAMESPACE, ociRepository } from '../../support/flux-manifests.ts';
import { settle } from '../../support/settle.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const SHOP = objectId('OCIRepository', NAMESPACE, 'shop');
const TARGET = objectId('Kustomization', NAMESPACE, 'a');
const SESSION = `${NAMESPACE}/reconcile-machine-00000001`;

const shared = { ...ociRepository('shop', 'registry.example') };
const back = kustomization('a');
const own = sessionSource({
  target: back,
  shared,
  session: SESSION,
  url: 'oci://registry.example/shop',
  digest: 'sha256:1',
  content: 'newest',
  name: 'a-isolated',
});
const isolated = jsonPatch(
  back,
  isolatingPatch(back, { ownSource: 'a-isolated', session: SESSION, keepFromParent: false }),
) as KubeObject;

/** Writes so many transactions, and none after it. */
function dyingAfter(appends: number, log: EventLog): EventLog {
  let left = appends;
  return {
    ...log,
    append: (...given) => {
      left -= 1;
      if (left < 0) throw new Error('the process died');
      return log.append(...given);
    },
  };
}

/** A process starts on `log`, sees the cluster's objects, and ends. Gives what it knows of the target by then. */
async function start(log: EventLog, objects: readonly KubeObject[]): Promise<TargetContext | undefined> {
  const view = new LiveView();
  view.session = SESSION;
  for (const object of objects) view.put(object);
  view.readFrom(SHOP);
  const clock = new VirtualClock();
  const engine = new Engine({ log, clock, kinds: WATCH_KINDS, limits: DEFAULT_LIMITS, effects: {} });
  const process = new AbortController();
  const begun = beginWatch(
    {
      view,
      engine,
      fed: { id: SHOP, definition: undefined, push: undefined, notPushable: undefined },
      workspace: { setDefinitions: () => {} } as never,
      // What the registry holds of it nobody can tell.
      baseline: { find: async () => {}, keptOnReturn: async () => new Set() } as never,
      isolation: {
        decision: { on: true, reason: 'asked for' } as never,
        session: SESSION,
        began: SESSION,
        restored: new Set(),
        stop: async () => {},
      },
    },
    {
      started: {},
      live: { onChange: () => {}, onReturn: () => {} },
      files: { onEvents: () => {} },
      inbox: new Inbox((events) => engine.dispatch(...events)),
      full: undefined,
      signal: process.signal,
    },
  );
  await settle();
  process.abort();
  await begun.catch(() => {});
  const context = engine.state.machines.get(targetMachineId(TARGET))?.context as TargetContext | undefined;
  engine.stop();
  return context;
}

test.for([0, 1, 2, 3, 4])(
  'a start that dies after %i transactions does not hide from the next one that a target was put back in between',
  async (appends) => {
    const log = createMemoryLog();
    await start(log, [shared, isolated, own]);
    await start(dyingAfter(appends, log), [shared, isolated, own]);
    // Somebody runs restore.
    const next = await start(log, [shared, back]);
    expect(next?.owed).toBe(true);
  },
);

test('a target that was not put back is not decided about again at each start', async () => {
  const log = createMemoryLog();
  for (let nth = 0; nth < 3; nth += 1) {
    expect((await start(log, [shared, isolated, own]))?.owed, `start ${nth}`).toBe(false);
  }
});
