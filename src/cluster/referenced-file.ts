import { readFileSync } from 'node:fs';
import { FailureError } from '../domain/failure.ts';

/** Reads a file whose path a configuration names. Throws FailureError (`not-found`) that names both. */
export function readReferencedFile(path: string, namedBy: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new FailureError(
      { kind: 'not-found', message: `${namedBy} names ${path}, which cannot be read (${code})` },
      { cause },
    );
  }
}
