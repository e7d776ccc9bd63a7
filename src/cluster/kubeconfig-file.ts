import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { FailureError } from '../domain/failure.ts';

export type YamlMapping = Readonly<Record<string, unknown>>;

export interface KubeconfigFile {
  readonly path: string;
  readonly content: YamlMapping;
}

/** Parses one kubeconfig file. Throws FailureError with file:line:column. An empty file is an empty kubeconfig, as for kubectl. */
export function readKubeconfigFile(path: string): KubeconfigFile {
  const lineCounter = new LineCounter();
  const document = parseDocument(read(path), { lineCounter, logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    const [what = ''] = error.message.split('\n');
    throw invalid(
      `${path}:${line}:${col}: expected a kubeconfig, found broken YAML: ${what.replace(/ at line \d+.*$/, '')}`,
      error,
    );
  }
  const content: unknown = document.toJS();
  if (content === null || content === undefined) return { path, content: {} };
  if (!isMapping(content))
    throw invalid(`${path}:1:1: expected a kubeconfig (a YAML mapping), found ${describe(content)}`);
  return { path, content };
}

export function isMapping(value: unknown): value is YamlMapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new FailureError(
      {
        kind: 'not-found',
        message: `the kubeconfig ${path} ${why}`,
        hint: 'Name another with --kubeconfig FILE or $KUBECONFIG.',
      },
      { cause },
    );
  }
}

function invalid(message: string, cause?: unknown): FailureError {
  return new FailureError(
    { kind: 'invalid', message, hint: 'Correct that file, or name another with --kubeconfig FILE.' },
    { cause },
  );
}

function describe(value: unknown): string {
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
