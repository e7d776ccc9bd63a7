import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AnyCommand } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { GLOBAL_OPTIONS } from '../../src/cli/global-options.ts';
import { WATCH_KINDS } from '../../src/machines/kinds.ts';
import { listWatchMachine } from '../../src/machines/list-watch.ts';
import { declaredEvents } from './declared-events.ts';
import { anchorsIn, codeBlocks, codeIn, linksIn, tableRows } from './markdown.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
].filter((page) => page.endsWith('.md'));

const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8');
const optionNames = (command: AnyCommand): string[] => [...command.options, ...GLOBAL_OPTIONS].map(({ name }) => name);

describe('links', () => {
  it.each(PAGES)('of %s lead to a file, and to a heading in it', (page) => {
    const broken = linksIn(read(page)).filter((link) => {
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), path);
      if (!existsSync(file)) return true;
      return anchor !== undefined && !anchorsIn(readFileSync(file, 'utf8')).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it.each(PAGES)('of %s in words, names of files, name files that exist', (page) => {
    const named = codeIn(read(page)).filter((code) =>
      /^(src|test|scripts|models|cli|domain|engine|machines|cluster|streams|effects|projections)\/[\w./-]+\.(ts|mjs)$/.test(
        code,
      ),
    );
    expect(
      named.filter(
        (path) => !path.includes('NAME') && !existsSync(join(ROOT, path)) && !existsSync(join(ROOT, 'src', path)),
      ),
    ).toEqual([]);
  });

  it('lead from the README to every page', () => {
    const linked = linksIn(read('README.md')).map((link) => relative(ROOT, resolve(ROOT, link.split('#')[0] ?? '')));
    expect(PAGES.filter((page) => page !== 'README.md' && !linked.includes(page))).toEqual([]);
  });
});

describe('the command line', () => {
  const byName = new Map(COMMANDS.map((command) => [command.name, command]));
  const everyOption = new Set(COMMANDS.flatMap(optionNames));

  it.each(PAGES)('is as %s names it', (page) => {
    const unknown = codeIn(read(page))
      .flatMap((code) => code.split('\n'))
      .filter((line) => !/^\s*(flux|kubectl|docker|kind) /.test(line))
      .flatMap((line) => {
        const name = /\breconcile-machine (?!COMMAND\b)([a-z]+)/.exec(line)?.[1];
        const command = name === undefined ? undefined : byName.get(name);
        if (name !== undefined && command === undefined) return [`${name} in: ${line}`];
        const known = command === undefined ? everyOption : new Set(optionNames(command));
        // An option of Flux's, not ours; the text says so.
        known.add('requeue-dependency');
        const options = line.split(' #')[0]?.matchAll(/(?<![\w-])--([a-z][a-z-]+)/g) ?? [];
        return [...options].flatMap(([, option = '']) => (known.has(option) ? [] : [`--${option} in: ${line}`]));
      });
    // The error that shows how a misspelt option is reported.
    expect(unknown.filter((entry) => !entry.includes('"unknown option'))).toEqual([]);
  });

  it('has every command in the README', () => {
    const shown = tableRows(read('README.md')).map(([name]) => name);
    expect(shown).toEqual(expect.arrayContaining(COMMANDS.map(({ name }) => `\`reconcile-machine ${name}\``)));
  });

  it('has every option of watch in docs/watch.md', () => {
    const shown = tableRows(read('docs/watch.md')).flatMap(([option = '']) =>
      [...option.matchAll(/--([a-z-]+)/g)].map(([, name]) => name),
    );
    const watch = byName.get('watch');
    expect(watch).toBeDefined();
    expect(watch === undefined ? [] : optionNames(watch).filter((name) => !shown.includes(name))).toEqual([]);
  });
});

describe('docs/events.md', () => {
  const SECTIONS = {
    watch: 'watch',
    source: 'source',
    target: 'target',
    isolation: 'isolation',
    breaker: 'breaker',
    'list-watch': 'list-watch',
  };
  const sections = new Map(
    read('docs/events.md')
      .split(/^## /m)
      .map((section) => [section.split('\n')[0] ?? '', section]),
  );
  const documented = (section: string): Map<string, string> =>
    new Map(
      ['Any machine', section].flatMap((title) =>
        tableRows(sections.get(title) ?? '').map(
          ([type = '', fields = '']) => [type.replaceAll('`', ''), fields] as const,
        ),
      ),
    );

  it.each(Object.entries(SECTIONS))('has every event type of the %s machine with its fields', (machine, section) => {
    const rows = documented(section);
    const declared = declaredEvents(join(ROOT, 'src/machines'), machine);
    expect(declared.length).toBeGreaterThan(3);
    const missing = declared.flatMap(({ type, fields }) => {
      const row = rows.get(type);
      if (row === undefined) return [type];
      return fields.filter((field) => !row.includes(`\`${field}\``)).map((field) => `${type}.${field}`);
    });
    expect(missing).toEqual([]);
  });

  it.each(Object.entries({ ...WATCH_KINDS, 'list-watch': listWatchMachine }))(
    'has every event that the %s chart listens to',
    (machine, chart) => {
      const rows = documented(machine);
      expect(chart.events.filter((type) => !rows.has(String(type)))).toEqual([]);
    },
  );

  it('has no event that no machine declares', () => {
    const known = new Set([
      'EngineStarted',
      'EffectRequested',
      ...Object.keys(SECTIONS).flatMap((machine) =>
        declaredEvents(join(ROOT, 'src/machines'), machine).map(({ type }) => type),
      ),
    ]);
    const stale = Object.values(SECTIONS).flatMap((section) =>
      [...documented(section).keys()].filter((type) => /^[A-Z]/.test(type) && !known.has(type)),
    );
    expect(stale).toEqual([]);
  });
});

const EXAMPLES = ['docs/library.md', 'docs/embedded.md'].flatMap((page) => {
  const blocks = codeBlocks(read(page));
  return blocks.flatMap(({ language, code }, index) => {
    const output = blocks[index + 1];
    if (language !== 'ts') return [];
    return [{ page, index, code, output: output?.language === 'text' ? output.code : undefined }];
  });
});

describe('the example code', () => {
  it('is there, each with what it prints', () => {
    expect(EXAMPLES.map(({ page }) => page)).toEqual(['docs/library.md', 'docs/library.md', 'docs/embedded.md']);
    expect(EXAMPLES.filter(({ output }) => output === undefined)).toEqual([]);
  });

  it.each(EXAMPLES)('of $page (block $index) runs and prints what the page says', async ({ code, output }) => {
    // Inside the repository, so that its dependencies are found; the built package may be older than the sources.
    const cache = join(ROOT, '.cache');
    mkdirSync(cache, { recursive: true });
    const directory = mkdtempSync(join(cache, 'documentation-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const file = join(directory, 'example.ts');
    writeFileSync(file, fromSources(code));
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: ROOT, timeout: 100_000 });
    expect(stdout).toBe(output);
  });
});

/** The same code, reading the package's own exports from the sources that they are built from. */
function fromSources(code: string): string {
  const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, string | { default: string }> };
  return code.replaceAll(/from 'reconcile-machine(\/[a-z-]+)?'/g, (_, below: string | undefined) => {
    const entry = exports[`.${below ?? ''}`];
    if (typeof entry !== 'object') throw new Error(`the package exports nothing as reconcile-machine${below ?? ''}`);
    const source = entry.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts');
    return `from '${pathToFileURL(join(ROOT, source)).href}'`;
  });
}
