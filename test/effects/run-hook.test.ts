import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runHook } from '../../src/effects/run-hook.ts';

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'reconcile-machine-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A killed orphan may stay a zombie where nobody reaps it.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('a hook runs in a shell, in the given directory, with the given environment', async () => {
  const cwd = temporaryDirectory();
  const result = await runHook('echo "$GREETING" > made && cat made | tr a-z A-Z', {
    cwd,
    env: { ...process.env, GREETING: 'hello' },
  });
  expect(result).toEqual({ ok: true, output: ['HELLO'] });
  expect(readFileSync(join(cwd, 'made'), 'utf8')).toBe('hello\n');
});

test('a failing hook is a failure with its exit code and its last lines of both streams', async () => {
  const result = await runHook('seq 1 100; echo wrong >&2; exit 3', { cwd: temporaryDirectory() });
  expect(result).toMatchObject({ ok: false, exitCode: 3, failure: { kind: 'hook', hint: expect.any(String) } });
  expect(result.output).toHaveLength(20);
  expect(result.output).toContain('wrong');
  expect(result.output).toContain('100');
  if (!result.ok) expect(result.failure.message).toMatch(/ended with exit code 3:\n(.*\n)*.*/);
});

test('output without end is bounded', async () => {
  const result = await runHook('head -c 3000000 /dev/zero | tr "\\0" x; exit 1', { cwd: temporaryDirectory() });
  expect(result.output.join('').length).toBeLessThan(600);
});

test('a hook that was not found says so', async () => {
  const result = await runHook('no-such-command-anywhere', { cwd: temporaryDirectory() });
  expect(result).toMatchObject({ ok: false, exitCode: 127 });
});

test('a directory that does not exist is a failure, not an exception', async () => {
  const result = await runHook('true', { cwd: join(temporaryDirectory(), 'missing') });
  expect(result).toMatchObject({
    ok: false,
    exitCode: undefined,
    failure: { message: expect.stringContaining('could not be started') },
  });
});

test('an abort ends the hook and all processes it started', async () => {
  const cwd = temporaryDirectory();
  const controller = new AbortController();
  const running = runHook('sleep 600 & echo $! > pid; wait', { cwd, signal: controller.signal });
  await vi.waitFor(
    () => expect(existsSync(join(cwd, 'pid')) && readFileSync(join(cwd, 'pid'), 'utf8')).toMatch(/\d/),
    60_000,
  );
  const pid = Number(readFileSync(join(cwd, 'pid'), 'utf8'));
  expect(isAlive(pid)).toBe(true);
  controller.abort();
  expect(await running).toMatchObject({ ok: false, failure: { message: expect.stringContaining('called off') } });
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 60_000);
});

test('a hook that ignores being asked to end is killed', async () => {
  const result = await runHook("trap '' TERM; echo deaf; while :; do sleep 1; done", {
    cwd: temporaryDirectory(),
    timeoutMs: 300,
  });
  expect(result).toMatchObject({
    ok: false,
    failure: { message: expect.stringContaining('was stopped after 300 ms') },
  });
});

test('a process left in the background does not hold up the result', async () => {
  const cwd = temporaryDirectory();
  const result = await runHook('sleep 600 & echo $! > pid; echo done', { cwd });
  expect(result).toEqual({ ok: true, output: ['done'] });
  process.kill(Number(readFileSync(join(cwd, 'pid'), 'utf8')), 'SIGKILL');
});

test('a hook whose work was called off before is not started', async () => {
  const cwd = temporaryDirectory();
  const result = await runHook('touch started', { cwd, signal: AbortSignal.abort() });
  expect([result.ok, existsSync(join(cwd, 'started'))]).toEqual([false, false]);
});
