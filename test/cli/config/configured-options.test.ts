import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type CommandIo, defineCommand } from '../../../src/cli/command.ts';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { parseConfigured } from '../../../src/cli/config/parse-configured.ts';
import { configurationSchema } from '../../../src/cli/config/schema.ts';
import { SETTINGS } from '../../../src/cli/config/settings.ts';
import type { ParsedArguments } from '../../../src/cli/parsed-arguments.ts';
import { DEFAULT_LIMITS } from '../../../src/domain/limits.ts';
import { runMain } from '../run-main.ts';
import { repository } from './repository.ts';

const FILE = `cluster:
  context: kind-dev
  allowContexts: [one, two]
workload:
  directory: deploy
  source: flux-system/shop
  registry: oci://localhost:5050/shop:v1
reconcile:
  timeout: 1m
watch:
  hooks: make manifests
  poll: true
limits:
  treeFilesMax: 5
  yamlBytesMax: 16Mi
`;

/** The options that the line hands to its command, in a directory with this configuration. */
async function optionsOf(line: string, env: Readonly<Record<string, string>> = {}, file = FILE) {
  const cwd = repository({ 'reconcile-machine.yaml': file });
  const [name, ...args] = line.split(' ');
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) throw new Error(`no command ${name}`);
  const parsed = await parseConfigured(args, command, { env, cwd, stderr: { write: () => true } });
  return { cwd, options: command.prepare(parsed).options };
}

describe('every command', () => {
  test('takes from the configuration what its line leaves out', async () => {
    const { cwd, options } = await optionsOf('watch');
    expect(options).toMatchObject({
      dir: join(cwd, 'deploy'),
      context: 'kind-dev',
      allowContexts: ['one', 'two'],
      source: 'flux-system/shop',
      registry: 'oci://localhost:5050/shop',
      tag: 'v1',
      hooks: ['make manifests'],
      poll: true,
      limits: { ...DEFAULT_LIMITS, targetWaitMs: 60_000, treeFilesMax: 5, yamlBytesMax: 16 * 1024 * 1024 },
    });
  });

  test('ranks a flag over the environment, that over the file, that over the default', async () => {
    const env = { RECONCILE_MACHINE_CONTEXT: 'env', RECONCILE_MACHINE_TAG: 'env', RECONCILE_MACHINE_NAMESPACE: 'env' };
    const { options } = await optionsOf('watch --tag flag --quiet-period 90ms', env);
    expect(options).toMatchObject({
      tag: 'flag',
      context: 'env',
      namespace: 'env',
      source: 'flux-system/shop',
      limits: { quietPeriodMs: 90, maxWaitMs: DEFAULT_LIMITS.maxWaitMs, targetWaitMs: 60_000 },
    });
  });

  test('lets a list on the line stand alone, and adds limits up by name', async () => {
    const { options } = await optionsOf('watch --hook a --hook b --limit treeFilesMax=7');
    expect(options).toMatchObject({ hooks: ['a', 'b'], limits: { treeFilesMax: 7, yamlBytesMax: 16 * 1024 * 1024 } });
  });

  test('turns a configured flag off', async () => {
    expect((await optionsOf('watch --no-poll')).options).toMatchObject({ poll: false });
    expect((await optionsOf('watch', { RECONCILE_MACHINE_POLL: 'no' })).options).toMatchObject({ poll: false });
  });

  test('knows the configured directory where DIR is not the first argument, and where it is an option', async () => {
    const retry = await optionsOf('retry apps');
    expect(retry.options).toMatchObject({ name: 'apps', dir: join(retry.cwd, 'deploy') });
    const explain = await optionsOf('explain a.yaml');
    expect(explain.options).toMatchObject({ files: ['a.yaml'], dir: join(explain.cwd, 'deploy') });
    expect((await optionsOf('status other')).options).toMatchObject({ dir: 'other' });
  });

  test('looks for the file above the directory that the line names', async () => {
    const there = repository({ 'reconcile-machine.yaml': 'cluster:\n  context: there\n', 'deploy/a.yaml': '' });
    expect((await optionsOf(`watch ${join(there, 'deploy')}`)).options).toMatchObject({ context: 'there' });
    expect((await optionsOf(`explain --dir ${join(there, 'deploy')} f`)).options).toMatchObject({ context: 'there' });
  });

  test('an embedded watch takes neither cluster nor registry from it', async () => {
    const { options } = await optionsOf('watch --embedded');
    expect(options).toMatchObject({ embedded: true, registry: undefined, tag: undefined });
  });

  test('that is about no repository is not bothered by a broken file', async () => {
    for (const line of ['demo --once', 'cluster']) {
      await expect(optionsOf(line, {}, 'nonsense: 1\n')).resolves.toBeDefined();
    }
    await expect(optionsOf('demo --config x.yaml')).rejects.toThrow('demo takes nothing from a configuration');
    await expect(optionsOf('status', {}, 'nonsense: 1\n')).rejects.toThrow("unknown key 'nonsense'");
  });

  test('prints what is wrong with the file and ends with 2; warnings do not stop it', async () => {
    const cwd = repository({ 'reconcile-machine.yaml': 'workload:\n  tga: x\n' });
    const ran = await runMain(['status'], { cwd });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toBe(
      `error: ${join(cwd, 'reconcile-machine.yaml')}:2:3: unknown key 'workload.tga'\nhint: did you mean tag?\n`,
    );
    const seen: ParsedArguments[] = [];
    const job = defineCommand({
      name: 'job',
      summary: 'do a job',
      usage: '',
      positionals: [],
      options: [],
      examples: [],
      read: (parsed) => void seen.push(parsed),
      load: async () => async (_options: undefined, _io: CommandIo) => 0,
    });
    const warned = await runMain(['job'], {
      cwd: repository({}),
      env: { RECONCILE_MACHINE_TGA: 'x' },
      commands: [job],
    });
    expect(warned).toMatchObject({ code: 0, stderr: expect.stringContaining('did you mean RECONCILE_MACHINE_TAG?') });
  });
});

describe('the settings', () => {
  test('are options of a command each', () => {
    const options = new Set(
      COMMANDS.filter(({ name }) => name !== 'config').flatMap((command) => command.options.map(({ name }) => name)),
    );
    const names = SETTINGS.filter(({ option }) => option !== 'dir').map(({ option }) => option);
    expect([...new Set(names)].filter((name) => !options.has(name))).toEqual([]);
  });

  test('are in the schema that is shipped', () => {
    const file = fileURLToPath(new URL('../../../schema/reconcile-machine.schema.json', import.meta.url));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(configurationSchema());
  });
});

describe('config print', () => {
  test('shows each value and where it comes from', async () => {
    const cwd = repository({ 'reconcile-machine.yaml': FILE });
    const ran = await runMain(['config', 'print', '--tag', 'v9', '--no-poll'], {
      cwd,
      env: { RECONCILE_MACHINE_CONTEXT: 'env' },
    });
    expect(ran.code).toBe(0);
    const lines = ran.stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, '  '));
    const file = join(cwd, 'reconcile-machine.yaml');
    expect(lines).toContain(`configuration ${file}`);
    expect(lines).toContain('cluster.context  env  RECONCILE_MACHINE_CONTEXT');
    expect(lines).toContain('workload.tag  v9  --tag');
    expect(lines).toContain('watch.poll  false  --no-poll');
    expect(lines).toContain(`workload.source  flux-system/shop  ${file}:6:11`);
    expect(lines).toContain("log  (the directory's log in the state directory)  default");
    expect(lines).toContain(`limits.treeFilesMax  5  ${file}:14:17`);
  });

  test('prints JSON for a program', async () => {
    const cwd = repository({ 'reconcile-machine.yaml': FILE });
    const ran = await runMain(['config', 'print', '--json'], { cwd });
    const printed = JSON.parse(ran.stdout) as { settings: { key: string }[] };
    expect(printed.settings.length).toBe(SETTINGS.length);
    expect(printed.settings.find(({ key }) => key === 'watch.poll')).toEqual({
      key: 'watch.poll',
      option: '--poll',
      environment: 'RECONCILE_MACHINE_POLL',
      value: true,
      default: 'false',
      from: 'file',
      file: join(cwd, 'reconcile-machine.yaml'),
      line: 12,
      column: 9,
    });
  });

  test('shows what the directory that is named has', async () => {
    const cwd = repository({ 'other/reconcile-machine.yaml': 'workload:\n  tag: there\n' });
    expect((await runMain(['config', 'print', 'other'], { cwd })).stdout).toMatch(/workload\.tag +there/);
  });

  test('says of a directory that is not there that it is not', async () => {
    expect(await runMain(['config', 'print', 'nowhere'], { cwd: repository({}) })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('expected a directory, found nothing at'),
    });
  });

  test('refuses what is neither print nor schema', async () => {
    expect(await runMain(['config', 'prnt'], { cwd: repository({}) })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean print?'),
    });
  });

  test('prints the schema', async () => {
    const ran = await runMain(['config', 'schema'], { cwd: repository({}) });
    expect(JSON.parse(ran.stdout)).toEqual(configurationSchema());
  });
});
