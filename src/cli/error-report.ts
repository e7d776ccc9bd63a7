import { styleText } from 'node:util';
import { FailureError } from '../domain/failure.ts';
import { FileUnreadableError } from '../domain/file-tree.ts';
import { EXIT_FAILED } from './exit-codes.ts';

/** What the user gets to see of an error. Plain data: it is what `--json` prints on stderr. */
export interface ErrorReport {
  /** `UsageError`, a FailureKind, … or `internal` for a defect of this program. */
  readonly kind: string;
  readonly message: string;
  readonly hint?: string;
  readonly exitCode: number;
  /** Only with RECONCILE_MACHINE_DEBUG set. */
  readonly stack?: string;
}

export function errorReport(error: unknown, env: Readonly<Record<string, string | undefined>>): ErrorReport {
  const debug = (env.RECONCILE_MACHINE_DEBUG ?? '') !== '';
  const stack = debug && error instanceof Error && error.stack !== undefined ? { stack: stackWithCauses(error) } : {};
  if (error instanceof FailureError && error.failure.kind !== 'internal') {
    const { kind, message, hint } = error.failure;
    return { kind, message, ...(hint === undefined ? {} : { hint }), exitCode: EXIT_FAILED, ...stack };
  }
  if (error instanceof FileUnreadableError) {
    return { kind: 'disk', message: error.message, hint: error.hint, exitCode: EXIT_FAILED, ...stack };
  }
  if (isExplained(error)) {
    const { hint, exitCode } = error;
    return {
      kind: error.name,
      message: error.message,
      ...(typeof hint === 'string' ? { hint } : {}),
      exitCode: typeof exitCode === 'number' ? exitCode : EXIT_FAILED,
      ...stack,
    };
  }
  if (isSystemError(error)) {
    return { kind: 'path' in error ? 'disk' : 'unavailable', message: error.message, exitCode: EXIT_FAILED, ...stack };
  }
  return {
    kind: 'internal',
    message: `a defect of this program: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
    hint: debug
      ? 'please report it with the lines below'
      : 'run it again with RECONCILE_MACHINE_DEBUG=1 and please report what it prints',
    exitCode: EXIT_FAILED,
    ...stack,
  };
}

/** Lines for people, or one line of JSON; ends with a newline. */
export function formatErrorReport(
  report: ErrorReport,
  style: { readonly json: boolean; readonly color: boolean },
): string {
  if (style.json) return `${JSON.stringify({ error: report })}\n`;
  const paint = (format: 'red' | 'cyan', text: string) =>
    style.color ? styleText(format, text, { validateStream: false }) : text;
  const lines = [`${paint('red', 'error:')} ${report.message}`];
  if (report.hint !== undefined) lines.push(`${paint('cyan', 'hint:')} ${report.hint}`);
  if (report.stack !== undefined) lines.push(report.stack);
  return `${lines.join('\n')}\n`;
}

// An error class that carries a hint of its own was written for the user, whichever layer it comes from.
function isExplained(error: unknown): error is Error & { hint: unknown; exitCode?: unknown } {
  return error instanceof Error && 'hint' in error;
}

// What the operating system refused, e.g. `EACCES: permission denied, open '/x'`: no defect, and well said as it is.
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && 'code' in error && String(error.code).startsWith('E');
}

function stackWithCauses(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackWithCauses(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
