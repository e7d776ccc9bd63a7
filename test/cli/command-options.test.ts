import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { UsageError } from '../../src/cli/errors.ts';
import { parseArguments } from '../../src/cli/parsed-arguments.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { UNREADABLE_BY_BUILDS } from '../../src/domain/unreadable-by-builds.ts';

/** The options that the line `reconcile-machine <line>` hands to its command. */
function optionsOf(...line: readonly string[]): unknown {
  const [name, ...args] = line;
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) throw new Error(`no command ${name}`);
  return command.prepare(parseArguments(args, { ...command, helpLine: `reconcile-machine ${name} --help` })).options;
}

/** The usage error that the line ends in, as message and hint. */
function usageErrorOf(...line: readonly string[]): { message: string; hint: string | undefined } {
  try {
    optionsOf(...line);
  } catch (error) {
    if (error instanceof UsageError) return { message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error(`no usage error for ${line.join(' ')}`);
}

describe('watch', () => {
  test('needs no argument at all', () => {
    expect(optionsOf('watch')).toEqual({
      dir: undefined,
      kubeconfig: undefined,
      context: undefined,
      namespace: undefined,
      root: undefined,
      entry: undefined,
      source: undefined,
      ignore: UNREADABLE_BY_BUILDS,
      limits: DEFAULT_LIMITS,
      engine: undefined,
      allowContexts: [],
      registry: undefined,
      tag: undefined,
      repair: true,
      isolate: 'auto',
      registryInCluster: undefined,
      keep: false,
      initial: false,
      dryRun: false,
      once: false,
      json: false,
      log: undefined,
      hooks: [],
      embedded: false,
      poll: false,
      sync: false,
      allowPrune: false,
    });
  });

  test.each([
    [[], 'auto'],
    [['--isolate'], 'on'],
    [['--isolate=off'], 'off'],
    [['--isolate', 'deploy'], 'on'],
  ])('%j: isolation is %s, and what follows a bare --isolate is the directory', (line, isolate) => {
    expect(optionsOf('watch', ...line)).toMatchObject({ isolate, dir: line.includes('deploy') ? 'deploy' : undefined });
  });

  test.each([
    'flux-system/shop',
    'OCIRepository/flux-system/shop',
    'oci://localhost:5000/shop:dev',
    'OCISource//oci://localhost:5000/shop:dev',
    'https://git.example/shop.git@main',
    'git@git.example:shop.git@main',
  ])('takes the source %s', (source) => {
    expect(optionsOf('watch', '--source', source)).toMatchObject({ source });
  });

  test('takes its options before and after the directory', () => {
    const line = '--context kind-dev deploy -n shop --source flux-system/shop --registry oci://localhost:5050/shop';
    expect(
      optionsOf('watch', ...line.split(' '), '--once', '--dry-run', '--poll', '--allow-prune', '--json', '--log=l.db'),
    ).toMatchObject({
      dir: 'deploy',
      context: 'kind-dev',
      namespace: 'shop',
      source: 'flux-system/shop',
      registry: 'oci://localhost:5050/shop',
      once: true,
      dryRun: true,
      poll: true,
      allowPrune: true,
      json: true,
      log: 'l.db',
    });
  });

  test('keeps repeated hooks and contexts in their order', () => {
    expect(
      optionsOf('watch', '--hook', 'make a', '--hook', 'make b', '--allow-context', 'x', '--allow-context', 'y'),
    ).toMatchObject({ hooks: ['make a', 'make b'], allowContexts: ['x', 'y'] });
  });

  test('reads durations with their unit', () => {
    expect(optionsOf('watch', '--quiet-period', '120ms', '--max-wait', '1.5s', '--timeout', '1m30s')).toMatchObject({
      limits: { ...DEFAULT_LIMITS, quietPeriodMs: 120, maxWaitMs: 1_500, targetWaitMs: 90_000 },
    });
  });

  test('changes limits by name, with units where they help', () => {
    expect(
      optionsOf('watch', '--limit', 'treeFilesMax=500000', '--limit', 'yamlBytesMax=16Mi', '--limit', 'logAgeMsMax=7d'),
    ).toMatchObject({
      limits: { ...DEFAULT_LIMITS, treeFilesMax: 500_000, yamlBytesMax: 16 * 1024 * 1024, logAgeMsMax: 604_800_000 },
    });
  });

  test('changes the list of ignored names: one more, one less', () => {
    const { ignore } = optionsOf('watch', '--ignore', '*.txt', '--ignore', '!*.md') as { ignore: string[] };
    expect(ignore).toContain('*.txt');
    expect(ignore).toContain('*.png');
    expect(ignore).not.toContain('*.md');
  });

  test('an option of its own wins over the limit it stands for', () => {
    expect(optionsOf('watch', '--limit', 'quietPeriodMs=200', '--quiet-period', '90ms')).toMatchObject({
      limits: { quietPeriodMs: 90 },
    });
  });
});

describe('the other commands', () => {
  test('demo', () => {
    expect(optionsOf('demo', '--once')).toEqual({ once: true, json: false, log: undefined, limits: DEFAULT_LIMITS });
  });

  test('explain takes many files', () => {
    expect(optionsOf('explain', 'a.yaml', 'b c.yaml', '--offline', '--entry', 'clusters/staging')).toMatchObject({
      files: ['a.yaml', 'b c.yaml'],
      offline: true,
      entry: 'clusters/staging',
      dir: undefined,
    });
  });

  test('a file whose name starts with a dash comes after --', () => {
    expect(optionsOf('explain', '--offline', '--', '-odd.yaml')).toMatchObject({ files: ['-odd.yaml'] });
  });

  test('graph prints text, JSON or Mermaid', () => {
    expect(optionsOf('graph', 'deploy')).toMatchObject({ dir: 'deploy', format: 'text' });
    expect(optionsOf('graph', '--json')).toMatchObject({ dir: undefined, format: 'json' });
    expect(optionsOf('graph', '--format', 'mermaid')).toMatchObject({ format: 'mermaid' });
  });

  test('log, status, replay and retry find their log by directory or file', () => {
    expect(optionsOf('log', 'deploy', '--from', '10', '-f')).toEqual({
      dir: 'deploy',
      log: undefined,
      json: false,
      from: 10,
      to: undefined,
      machine: undefined,
      type: undefined,
      follow: true,
      verify: false,
      exportTo: undefined,
      salvage: false,
      importFrom: undefined,
    });
    expect(optionsOf('status', '--log', 'l.db', '--json')).toEqual({ dir: undefined, log: 'l.db', json: true });
    expect(optionsOf('replay', '--at', '12')).toMatchObject({ at: 12 });
    expect(optionsOf('retry', 'apps', 'deploy')).toMatchObject({ name: 'apps', dir: 'deploy' });
  });
});

describe('a line that is not usable says what was expected and what was found', () => {
  test.each([
    ['a mistyped option', ['watch', '--quite-period', '1s'], 'unknown option --quite-period', '--quiet-period'],
    ['an option of another command', ['status', '--offline'], 'unknown option --offline', 'status --help'],
    ['an unknown letter', ['watch', '-x'], 'unknown option -x', 'watch --help'],
    [
      'a number without a unit',
      ['watch', '--timeout', '5'],
      "expects a duration such as 75ms, 2s, 5m or 1h, found '5'",
      'did you mean --timeout 5s?',
    ],
    ['a number of milliseconds', ['watch', '--quiet-period', '90'], "found '90'", 'did you mean --quiet-period 90ms?'],
    ['no duration', ['watch', '--timeout', 'soon'], "found 'soon'", 'watch --help'],
    ['a timeout of nothing', ['watch', '--timeout', '0'], "--timeout expects a duration above 0, found '0'", '5m'],
    ['a value that is missing at the end', ['watch', '--log'], '--log expects FILE, found nothing', 'watch --help'],
    ['an empty value', ['watch', '--context='], '--context expects NAME, found nothing', 'watch --help'],
    [
      'an option where a value should be',
      ['watch', '--log', '--json'],
      "--log expects FILE, found '--json'",
      '--log=--json',
    ],
    ['a flag with a value', ['watch', '--once=yes'], "--once takes no value, found 'yes'", 'watch --help'],
    ['an option given twice', ['watch', '--tag', 'a', '--tag', 'b'], "--tag was given twice: 'a' and 'b'", 'once'],
    ['one directory too many', ['watch', 'a', 'b'], "unexpected argument 'b': expected only DIR", 'watch --help'],
    ['an argument where none is taken', ['demo', 'x'], "unexpected argument 'x': expected none", 'demo --help'],
    ['no file', ['explain'], 'at least one FILE is missing', 'explain --help'],
    ['no name', ['retry'], 'NAME is missing', 'retry --help'],
    ['an empty directory name', ['watch', ''], 'DIR is empty', 'watch --help'],
    [
      'a source without a namespace',
      ['watch', '--source', 'shop'],
      "--source expects NAMESPACE/NAME, or of Applications oci://HOST/REPOSITORY:TAG, found 'shop'",
      'flux-system/',
    ],
    ['a tag that no registry takes', ['watch', '--tag', 'a b'], '--tag expects an OCI tag', 'dev'],
    ['an unknown limit', ['watch', '--limit', 'treeFileMax=1'], "found 'treeFileMax=1'", 'did you mean treeFilesMax?'],
    [
      'a limit without a value',
      ['watch', '--limit', 'treeFilesMax'],
      'a whole number above 0, found nothing',
      'treeFilesMax=200000',
    ],
    [
      'a limit of zero files',
      ['watch', '--limit', 'treeFilesMax=0'],
      "a whole number above 0, found '0'",
      'treeFilesMax=200000',
    ],
    [
      'a limit that is no number',
      ['watch', '--limit', 'yamlBytesMax=big'],
      "bytes above 0, e.g. 16777216 or 16Mi, found 'big'",
      'yamlBytesMax=',
    ],
    ['a share that is all', ['watch', '--limit', 'backoffJitterRatio=1'], 'a share from 0 to below 1', '0.2'],
    [
      'a quiet period beyond the maximum wait',
      ['watch', '--quiet-period', '3s'],
      'the quiet period (3000 ms) is longer than the maximum wait (2000 ms)',
      '--max-wait 3000ms',
    ],
    [
      'an own cluster and another',
      ['watch', '--embedded', '--context', 'x'],
      '--embedded brings its own cluster and registry, found --context',
      '--context',
    ],
    [
      'an unknown format',
      ['graph', '--format', 'mermiad'],
      "expects one of text, json, mermaid, found 'mermiad'",
      'did you mean mermaid?',
    ],
    [
      'two formats',
      ['graph', '--json', '--format', 'mermaid'],
      '--json and --format mermaid ask for two formats',
      'one',
    ],
    ['no sequence number', ['replay', '--at', '-3'], "--at expects SEQ, found '-3'", '--at=-3'],
    ['a path to ignore', ['watch', '--ignore', 'docs/*.txt'], 'a pattern for one name', 'anywhere'],
    ['an ignored name that is not', ['watch', '--ignore', '!*.yaml'], 'a pattern that is on the list', '*.md'],
    ['a negative sequence number', ['replay', '--at=-3'], "a whole number, 0 or more, found '-3'", 'replay --help'],
    ['a range the wrong way round', ['log', '--from', '9', '--to', '3'], '--from 9 lies after --to 3', 'swap'],
    ['an end to what has none', ['log', '-f', '--to', '3'], '--follow goes on without end', 'leave out'],
  ] as const)('%s', (_name, line, message, hint) => {
    const error = usageErrorOf(...line);
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });
});
