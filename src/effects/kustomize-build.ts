import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that builds kustomizations the way Flux does. */
export interface KustomizeBuilder {
  /** Absolute. */
  readonly program: string;
  readonly leadingArguments: readonly string[];
}

export type BuildOutcome =
  | { readonly ok: true; readonly manifests: string }
  | { readonly ok: false; readonly message: string };

const BUILDERS = [
  { name: 'kubectl', leadingArguments: ['kustomize'] },
  { name: 'kustomize', leadingArguments: ['build'] },
];
const MANIFEST_BYTES_MAX = 64 * 1024 * 1024;
const MESSAGE_CHARACTERS_MAX = 2_000;

/** The first builder on the search path, `kubectl` before `kustomize`; undefined where neither is installed. */
export function findKustomizeBuilder(searchPath = process.env.PATH ?? ''): KustomizeBuilder | undefined {
  const suffixes = process.platform === 'win32' ? ['.exe'] : [''];
  for (const { name, leadingArguments } of BUILDERS) {
    for (const directory of searchPath.split(delimiter)) {
      if (directory === '') continue;
      for (const suffix of suffixes) {
        const program = join(directory, name + suffix);
        if (isExecutable(program)) return { program, leadingArguments };
      }
    }
  }
  return undefined;
}

/** Builds the absolute directory, load restrictions off as in Flux. Never throws; ends the program after `timeoutMs`. */
export function buildKustomization(
  builder: KustomizeBuilder,
  directory: string,
  timeoutMs: number,
): Promise<BuildOutcome> {
  return new Promise((resolve) => {
    const child = spawn(
      builder.program,
      [...builder.leadingArguments, '--load-restrictor', 'LoadRestrictionsNone', '--', directory],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const manifests: Buffer[] = [];
    let bytes = 0;
    let complaint = '';
    let abandoned: string | undefined;
    const abandon = (reason: string): void => {
      abandoned ??= reason;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => abandon(`no result after ${timeoutMs} ms`), timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MANIFEST_BYTES_MAX) abandon(`more than ${MANIFEST_BYTES_MAX} bytes of manifests`);
      else manifests.push(chunk);
    });
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (chunk: string) => {
      complaint = (complaint + chunk).slice(0, MESSAGE_CHARACTERS_MAX);
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ ok: false, message: `${builder.program}: ${error.message}` });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (abandoned === undefined && code === 0) {
        resolve({ ok: true, manifests: Buffer.concat(manifests).toString('utf8') });
        return;
      }
      resolve({ ok: false, message: abandoned ?? (complaint.trim() || `ended with ${signal ?? `exit code ${code}`}`) });
    });
  });
}

function isExecutable(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
