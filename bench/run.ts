import { printTable, type Row } from './table.ts';

const BENCHES: Readonly<Record<string, () => Promise<{ run(): Promise<Row[]> }>>> = {
  mapping: () => import('./mapping.ts'),
  'event-log': () => import('./event-log.ts'),
  engine: () => import('./engine.ts'),
  'save-to-request': () => import('./save-to-request.ts'),
  'resident-memory': () => import('./resident-memory.ts'),
  isolation: () => import('./isolation.ts'),
  reconcile: () => import('./reconcile.ts'),
  'api-server': () => import('./api-server.ts'),
};

/** Runs the benchmarks that are named, or all of them, one after another. */
async function runNamed(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !Object.hasOwn(BENCHES, name));
  if (unknown !== undefined) {
    process.stderr.write(`expected some of ${Object.keys(BENCHES).join(', ')}, found ${unknown}\n`);
    return 2;
  }
  for (const [name, load] of Object.entries(BENCHES)) {
    if (names.length === 0 || names.includes(name)) printTable(name, await (await load()).run());
  }
  return 0;
}

process.exitCode = await runNamed(process.argv.slice(2));
