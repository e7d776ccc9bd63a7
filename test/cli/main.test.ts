import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type CommandIo, defineCommand } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { CommandFailedError } from '../../src/cli/errors.ts';
import { FailureError } from '../../src/domain/failure.ts';
import { runMain } from './run-main.ts';

/** A command `job` that does what `run` does, with one option of each kind. */
function job(run: (io: CommandIo) => number | Promise<number>) {
  return defineCommand({
    name: 'job',
    summary: 'do a job',
    usage: '[options]',
    positionals: [],
    options: [{ name: 'json', kind: 'flag', summary: 'JSON' }],
    examples: [],
    read: () => undefined,
    load: async () => async (_options: undefined, io: CommandIo) => run(io),
  });
}

describe('the frame of all commands', () => {
  test('a command gives the exit code', async () => {
    expect(await runMain(['job'], { commands: [job(() => 1)] })).toEqual({ code: 1, stdout: '', stderr: '' });
  });

  test('a mistyped command is a usage error that names the nearest one', async () => {
    const ran = await runMain(['wacth']);
    expect(ran.code).toBe(2);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toContain("error: unknown command 'wacth'");
    expect(ran.stderr).toContain('did you mean watch?');
  });

  test('a command like no other lists them all', async () => {
    const ran = await runMain(['teleport']);
    expect(ran.code).toBe(2);
    for (const command of COMMANDS) expect(ran.stderr).toContain(command.name);
  });

  test('no command at all shows the help on stderr and is a usage error', async () => {
    const ran = await runMain([]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('Commands');
  });

  test('a failed job prints what happened and what to do, and ends with 1', async () => {
    const failing = job(() => {
      throw new CommandFailedError('no Kustomization reads shop', 'name the source with --source');
    });
    const ran = await runMain(['job'], { commands: [failing] });
    expect(ran).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: no Kustomization reads shop\nhint: name the source with --source\n',
    });
  });

  test('a failure outside is printed with its hint', async () => {
    const failing = job(() => {
      throw new FailureError({ kind: 'forbidden', message: 'may not list kustomizations', hint: 'ask for list' });
    });
    const ran = await runMain(['job'], { commands: [failing] });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toBe('error: may not list kustomizations\nhint: ask for list\n');
  });

  test('with --json an error is one line of JSON on stderr', async () => {
    const failing = job(() => {
      throw new FailureError({ kind: 'unavailable', message: 'connection refused' });
    });
    const ran = await runMain(['job', '--json'], { commands: [failing] });
    expect(JSON.parse(ran.stderr)).toEqual({
      error: { kind: 'unavailable', message: 'connection refused', exitCode: 1 },
    });
    expect(ran.stderr.trimEnd()).not.toContain('\n');
  });

  test('an unexpected error is called a defect, and shows its stack only when asked for', async () => {
    const failing = job(() => {
      throw new TypeError('x is undefined', { cause: new Error('the deeper one') });
    });
    const ran = await runMain(['job'], { commands: [failing] });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('a defect of this program: TypeError: x is undefined');
    expect(ran.stderr).not.toContain('main.test.ts');
    const traced = await runMain(['job'], { commands: [failing], env: { RECONCILE_MACHINE_DEBUG: '1' } });
    expect(traced.stderr).toContain('main.test.ts');
    expect(traced.stderr).toContain('caused by Error: the deeper one');
  });

  test('what the operating system refuses is said as it is, and called no defect', async () => {
    const failing = job(() => Number(readFileSync('/nowhere/at/all.yaml')));
    const ran = await runMain(['job'], { commands: [failing] });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^error: ENOENT: .*\/nowhere\/at\/all\.yaml'\n$/);
  });

  test('a command that ends in order after Ctrl-C ends with 130', async () => {
    const interruption = new AbortController();
    const interrupted = job(async (io) => {
      interruption.abort();
      return io.signal.aborted ? 0 : 1;
    });
    const ran = await runMain(['job'], { commands: [interrupted], signal: interruption.signal });
    expect(ran).toEqual({ code: 130, stdout: '', stderr: '' });
  });

  test('a command that throws what the interruption made of its waits ends with 130 and says nothing', async () => {
    const interruption = new AbortController();
    const interrupted = job(async (io) => {
      interruption.abort();
      io.signal.throwIfAborted();
      return 0;
    });
    const ran = await runMain(['job'], { commands: [interrupted], signal: interruption.signal });
    expect(ran).toEqual({ code: 130, stdout: '', stderr: '' });
  });

  test('a job that failed before the interruption keeps its exit code', async () => {
    const interruption = new AbortController();
    const interrupted = job(() => {
      interruption.abort();
      return 1;
    });
    expect((await runMain(['job'], { commands: [interrupted], signal: interruption.signal })).code).toBe(1);
  });

  test.each([
    ['a terminal', {}, true, [], true],
    ['no terminal', {}, false, [], false],
    ['NO_COLOR', { NO_COLOR: '1' }, true, [], false],
    ['an empty NO_COLOR', { NO_COLOR: '' }, true, [], true],
    ['FORCE_COLOR without a terminal', { FORCE_COLOR: '1' }, false, [], true],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, true, [], false],
    ['NO_COLOR beside FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, [], false],
    ['--no-color beside FORCE_COLOR', { FORCE_COLOR: '1' }, true, ['--no-color'], false],
    ['a dumb terminal', { TERM: 'dumb' }, true, [], false],
  ])('colour with %s', async (_name, env: Record<string, string>, isTty, args, expected) => {
    let seen: boolean | undefined;
    const looking = job((io) => {
      seen = io.color;
      return 0;
    });
    await runMain(['job', ...args], { commands: [looking], env, isTty });
    expect(seen).toBe(expected);
  });
});

describe('help and version', () => {
  test('--version prints the version of the package and nothing else', async () => {
    const ran = await runMain(['--version']);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });

  test('--help names every command with its summary', async () => {
    const ran = await runMain(['--help']);
    expect(ran.code).toBe(0);
    for (const command of COMMANDS) expect(ran.stdout).toContain(command.summary);
  });

  test.each(COMMANDS.map((command) => [command.name, command] as const))(
    '%s --help shows usage, every option and examples, without colour when piped',
    async (name, command) => {
      const ran = await runMain([name, '--help']);
      expect(ran.code).toBe(0);
      expect(ran.stdout).toContain(`reconcile-machine ${name} ${command.usage}`);
      for (const option of command.options) expect(ran.stdout).toContain(`--${option.name}`);
      expect(command.examples.length).toBeGreaterThan(0);
      for (const example of command.examples) expect(ran.stdout).toContain(example.line);
      expect(ran.stdout).not.toContain('\u001b');
      expect(await runMain(['help', name])).toEqual(ran);
    },
  );

  test('help is shown however wrong the rest of the line is', async () => {
    const ran = await runMain(['watch', '--quiet-period', 'soon', '--help']);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('Usage');
  });

  test('the help of watch lists each limit with its default', async () => {
    const { stdout } = await runMain(['watch', '--help']);
    expect(stdout).toContain('treeFilesMax=200000');
    expect(stdout).toContain('quietPeriodMs=75');
  });
});
