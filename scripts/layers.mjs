// Checks the layers in .dependency-cruiser.cjs. dependency-cruiser reads TypeScript only through a compiler API that
// TypeScript 7 does not have, and finds "no violations" in no files without it. So it gets the same files as JavaScript, in a
// directory of their own, with type imports kept as imports: a layer is broken by a type as well.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['src', 'models'];

function asJavaScript(source) {
  const withTypeImports = source
    .replace(/^import type (?=[\w{*])/gm, 'import ')
    .replace(/^export type (?=[{*])/gm, 'export ')
    .replace(/(from\s+|import\(\s*)(['"])(\.{1,2}\/[^'"]*)\.ts\2/g, '$1$2$3.js$2');
  return stripTypeScriptTypes(withTypeImports);
}

process.removeAllListeners('warning');
const copy = mkdtempSync(join(tmpdir(), 'reconcile-machine-layers-'));
try {
  for (const folder of folders) {
    mkdirSync(join(copy, folder));
    if (!existsSync(join(root, folder))) continue;
    for (const path of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!path.endsWith('.ts')) continue;
      const target = join(copy, folder, path.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, asJavaScript(readFileSync(join(root, folder, path), 'utf8')));
    }
  }
  for (const name of ['tsconfig.json', '.dependency-cruiser.cjs']) cpSync(join(root, name), join(copy, name));
  const cruiser = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
  const cruised = spawnSync(process.execPath, [cruiser, '--config', '.dependency-cruiser.cjs', ...folders], {
    cwd: copy,
    encoding: 'utf8',
  });
  // Without its TypeScript warning, which is about what this script makes good for.
  process.stdout.write(cruised.stdout.replace(/‼ missing-tsc-transpiler[\s\S]*$/, ''));
  process.stderr.write(cruised.stderr);
  const [, modules = '0', dependencies = '0'] = /(\d+) modules, (\d+) dependencies cruised/.exec(cruised.stdout) ?? [];
  if (cruised.status === 0 && (Number(modules) === 0 || Number(dependencies) === 0)) {
    console.log('error: expected modules and dependencies to check, found none');
    process.exitCode = 1;
  } else {
    process.exitCode = cruised.status ?? 1;
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
