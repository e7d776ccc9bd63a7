// What `npm test` runs: every check in turn, none stops the others, and the last line says `N passed, N failed, N skipped`.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const count = { passed: 0, failed: 0, skipped: 0 };
const notes = [];
/** The exit code of test/control-plane/build.ts when there is nothing to build with. */
const NOT_BUILT = 3;

/** Runs a tool of this package (or of the machine) in the root, its output going where ours goes. Gives its exit code. */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
      env: { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}` },
    });
    child.on('error', (error) => {
      console.log(`${command}: ${error.message}`);
      resolve(127);
    });
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}

async function check(name, command, args) {
  console.log(`\n── ${name}`);
  if ((await run(command, args)) === 0) {
    count.passed++;
  } else {
    count.failed++;
    notes.push(`failed: ${name}`);
  }
}

function skip(name, why) {
  count.skipped++;
  notes.push(`skipped: ${name} (${why})`);
}

async function runTests(args) {
  console.log('\n── tests');
  const directory = mkdtempSync(join(tmpdir(), 'reconcile-machine-test-'));
  const report = join(directory, 'report.json');
  try {
    const code = await run('vitest', [
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...args,
    ]);
    addTests(existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined, code);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function addTests(report, code) {
  let failed = 0;
  for (const file of report?.testResults ?? []) {
    const failedBefore = failed;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') count.passed++;
      else if (test.status === 'failed') failed++;
      else skip(test.fullName, file.name.replace(root, ''));
      if (test.status === 'failed') notes.push(`failed: ${file.name.replace(root, '')}: ${test.fullName}`);
    }
    // A file that cannot be loaded has no tests that could fail.
    if (file.status === 'failed' && failed === failedBefore) {
      failed++;
      notes.push(`failed: ${file.name.replace(root, '')}: ${file.message.split('\n')[0]}`);
    }
  }
  // Errors outside any test, a crash of the runner, no tests at all.
  if (code !== 0 && failed === 0) {
    failed = 1;
    notes.push(`failed: vitest ended with exit code ${code}`);
  }
  count.failed += failed;
}

/** The real control plane, for the tests that compare with it. kubectl comes with it where none is installed. */
async function buildControlPlane() {
  console.log('\n── control plane');
  const code = await run('node', ['test/control-plane/build.ts']);
  if (code === 0) count.passed++;
  else if (code === NOT_BUILT) skip('control plane', 'needs Go, and SKIP_CONTROL_PLANE not set');
  else {
    count.failed++;
    notes.push('failed: control plane');
  }
}

await check('build', 'tsc', ['-p', 'tsconfig.build.json']);
await check('lint', 'biome', ['lint', '--error-on-warnings', '.']);
await check('layers', 'node', ['scripts/layers.mjs']);
await check('types', 'tsc', ['-p', 'tsconfig.json', '--noEmit']);
if (existsSync(join(root, 'scripts', 'chart.ts'))) await check('charts', 'node', ['scripts/chart.ts', '--check']);
else skip('charts', 'no scripts/chart.ts');
await buildControlPlane();
await runTests(process.argv.slice(2));

console.log('');
for (const note of notes) console.log(note);
process.exitCode = count.failed === 0 ? 0 : 1;
process.stdout.write(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
