import { expect, test } from 'vitest';
import { printLog } from '../../src/cli/log.ts';
import { createMemoryLog } from '../../src/engine/memory-log.ts';

function logOfThree() {
  const log = createMemoryLog();
  log.append(
    [{ machine: 'watch', type: 'FilesChanged', paths: ['a b.yaml'], origin: 'disk' }],
    Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  );
  log.append([{ machine: 'target/Kustomization/flux-system/apps', type: 'ReconcileRequested', count: 1 }], 0);
  log.append([{ machine: 'watch', type: 'Settled', message: 'evil \u001b[2J\u009b \u2028' }], 0);
  return log;
}

async function printed(options: Partial<Parameters<typeof printLog>[0]> = {}): Promise<string[]> {
  const lines: string[] = [];
  await printLog({ log: logOfThree(), json: false, ...options }, (line) => lines.push(line));
  return lines;
}

test('text has one line an event: place, time, machine, type, fields', async () => {
  expect((await printed())[0]).toBe(
    '1  2026-01-02T03:04:05.006Z  watch  FilesChanged  paths=["a b.yaml"] origin=disk\n',
  );
});

test('JSON has one line an event, with all its fields', async () => {
  const events = (await printed({ json: true })).map((line) => JSON.parse(line) as unknown);
  expect(events[1]).toEqual({
    seq: 2,
    at: 0,
    v: 1,
    machine: 'target/Kustomization/flux-system/apps',
    type: 'ReconcileRequested',
    count: 1,
  });
  expect(events[2]).toMatchObject({ message: 'evil \u001b[2J\u009b \u2028' });
});

test('control characters never reach the terminal', async () => {
  for (const json of [true, false]) {
    const text = (await printed({ json })).map((line) => line.slice(0, -1)).join('');
    const control = [...text].filter((character) => /\p{Cc}|\p{Zl}/u.test(character));
    expect(control).toEqual([]);
  }
});

test('a range, a machine and a type choose among the events', async () => {
  const seqs = async (options: Parameters<typeof printed>[0]) =>
    (await printed({ ...options, json: true })).map((line) => (JSON.parse(line) as { seq: number }).seq);
  expect(await seqs({ from: 2 })).toEqual([2, 3]);
  expect(await seqs({ to: 1 })).toEqual([1]);
  expect(await seqs({ machine: 'watch' })).toEqual([1, 3]);
  expect(await seqs({ type: 'Settled', machine: 'watch' })).toEqual([3]);
  expect(await seqs({ type: 'Nothing' })).toEqual([]);
});

test('following prints what is appended later, until it is called off', async () => {
  const log = logOfThree();
  const lines: string[] = [];
  const controller = new AbortController();
  const following = printLog({ log, json: true, from: 3, follow: true, signal: controller.signal }, (line) =>
    lines.push(line),
  );
  await expect.poll(() => lines).toHaveLength(1);
  log.append([{ machine: 'watch', type: 'FilesChanged' }], 0);
  await expect.poll(() => lines).toHaveLength(2);
  controller.abort();
  expect(await following).toBe(2);
});
