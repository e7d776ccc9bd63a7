import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { writeTree } from '../../support/embedded-watch.ts';

/** A directory with these files, gone when the test ends. */
export function repository(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'reconcile-machine-config-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  writeTree(directory, files);
  return directory;
}
