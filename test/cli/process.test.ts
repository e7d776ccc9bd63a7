import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

test('--help comes fast: it imports nothing but the table of commands', () => {
  const traced = spawnSync(
    process.execPath,
    [
      '--import',
      'data:text/javascript,import{registerHooks}from"node:module";registerHooks({load(url,c,n){process.stderr.write(url+"\\n");return n(url,c)}})',
      cli,
      '--help',
    ],
    { encoding: 'utf8' },
  );
  expect(traced.status).toBe(0);
  const loaded = traced.stderr.split('\n').filter((url) => url.startsWith('file:'));
  expect(loaded.length).toBeGreaterThan(5);
  for (const url of loaded) expect(url).toMatch(/\/src\/(cli\.ts|cli\/|ui\/|domain\/)/);
});

test('a usage error of the process is exit code 2, on stderr only', () => {
  const ran = spawnSync(process.execPath, [cli, 'watch', '--bogus'], { encoding: 'utf8' });
  expect(ran.status).toBe(2);
  expect(ran.stdout).toBe('');
  expect(ran.stderr).toContain('unknown option --bogus');
});

test('a reader that goes away early is no error', async () => {
  const child = spawn(process.execPath, [cli, 'watch', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  // Closed before anything was read, as `| head -0` does.
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const [code] = await once(child, 'close');
  expect(stderr).toBe('');
  expect(code).toBe(0);
});

/** The frame as a process, with one command `wait` that says when it waits and when it was asked to end, and ends `after` that. */
function waiting(after: string) {
  const source = `
    const { runProcess } = await import(${JSON.stringify(new URL('../../src/cli/process.ts', import.meta.url).href)});
    const run = (io) => new Promise((resolve) => {
      const alive = setInterval(() => {}, 1_000);
      io.signal.addEventListener('abort', () => { io.stdout.write('closing\\n'); ${after} });
      io.stdout.write('waiting\\n');
    });
    await runProcess([{ name: 'wait', options: [], positionals: [], prepare: () => ({ options: {}, run }) }]);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source, '--', 'script', 'wait'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  let ended = false;
  let look = () => {};
  child.stdout.on('data', (chunk) => {
    printed += String(chunk);
    look();
  });
  child.stdout.on('end', () => {
    ended = true;
    look();
  });
  const says = (word: string) =>
    new Promise<void>((resolve, reject) => {
      look = () => {
        if (printed.includes(word)) resolve();
        else if (ended) reject(new Error(`the process ended without saying '${word}', only '${printed}'`));
      };
      look();
    });
  return { child, says };
}

test.skipIf(process.platform === 'win32')('Ctrl-C lets a command end in order, with 130', async () => {
  const { child, says } = waiting('resolve(0);');
  await says('waiting');
  child.kill('SIGINT');
  const closed = once(child, 'close');
  await says('closing');
  expect(await closed).toEqual([130, null]);
});

test.skipIf(process.platform === 'win32')('a second Ctrl-C ends a command that does not, at once', async () => {
  const { child, says } = waiting('');
  await says('waiting');
  child.kill('SIGINT');
  await says('closing');
  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([130, null]);
});

test.skipIf(process.platform === 'win32')(
  'a window that is closed lets a command end in order, also when its shell tells the same',
  async () => {
    const { child, says } = waiting("process.on('SIGHUP', () => { io.stdout.write('in order'); resolve(0); });");
    await says('waiting');
    child.kill('SIGHUP');
    await says('closing');
    child.kill('SIGHUP');
    const closed = once(child, 'close');
    await says('in order');
    expect(await closed).toEqual([130, null]);
  },
);

test('a terminal that is gone is a reader that went away, also where the command has more to say', async () => {
  const gone = "Object.assign(new Error('write EIO'), { code: 'EIO' })";
  const { child, says } = waiting(
    `process.stdout.emit('error', ${gone}); process.stderr.emit('error', ${gone}); setImmediate(() => resolve(0));`,
  );
  await says('waiting');
  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([0, null]);
});
