#!/usr/bin/env node
import module from 'node:module';
import { nodeVersionProblem } from './cli/node-version.ts';

// Before anything else is imported: an older Node fails on the rest with a message that helps nobody. For the same reason
// `enableCompileCache` is no named import: a Node without it would refuse this very file.
const problem = nodeVersionProblem(process.versions.node);
if (problem === undefined) {
  module.enableCompileCache();
  const { runProcess } = await import('./cli/process.ts');
  await runProcess();
} else {
  process.stderr.write(`error: ${problem}\n`);
  process.exitCode = 2;
}
