import type { LogIdentity } from './event-log.ts';

/** What every refusal of the event log carries: `message` says what was expected and found, `hint` what to do about it. */
export abstract class LogError extends Error {
  readonly path: string;
  readonly hint: string;
  constructor(path: string, message: string, hint: string, options?: ErrorOptions) {
    super(`${path}: ${message}`, options);
    this.name = new.target.name;
    this.path = path;
    this.hint = hint;
  }
}

/** The log's content is not what was written: a flipped bit, a missing event, a shortened file. Nothing was changed. */
export class LogDamagedError extends LogError {
  constructor(path: string, message: string, options?: ErrorOptions) {
    super(
      path,
      `the event log is damaged: ${message}`,
      `What is intact of it can be saved: \`reconcile-machine log --export saved.jsonl --salvage --log ${path}\`, then \`reconcile-machine log --import saved.jsonl --log FILE\` makes a new log. Or move it and the files beside it that begin with its name away and start again: the cluster is then observed afresh.`,
      options,
    );
  }
}

/** Who writes a log. `startedAt` is ms since the epoch. */
export interface LogWriter {
  readonly pid: number;
  readonly host: string;
  readonly startedAt: number;
}

export class LogLockedError extends LogError {
  /** Undefined where the writer has not said its name yet. */
  readonly writer: LogWriter | undefined;
  constructor(path: string, writer: LogWriter | undefined) {
    const who = writer
      ? `process ${writer.pid} on ${writer.host}, which started it at ${new Date(writer.startedAt).toISOString()}`
      : 'another process';
    super(
      path,
      `the event log is being written by ${who}`,
      writer
        ? `Stop process ${writer.pid} first, or give this one a log of its own with --log FILE.`
        : 'Stop that process first, or give this one a log of its own with --log FILE.',
    );
    this.writer = writer;
  }
}

export class LogIdentityError extends LogError {
  readonly field: keyof LogIdentity;
  readonly expected: string;
  readonly found: string;
  constructor(path: string, field: keyof LogIdentity, expected: string, found: string) {
    const what = field === 'root' ? 'directory' : 'cluster (UID of the namespace kube-system)';
    super(
      path,
      `the event log belongs to another ${what}: expected ${expected}, found ${found}`,
      'One log belongs to one directory and one cluster: give this one a log of its own with --log FILE.',
    );
    this.field = field;
    this.expected = expected;
    this.found = found;
  }
}

export class LogVersionError extends LogError {
  constructor(path: string, what: string, known: number, found: number) {
    super(
      path,
      `${what} has version ${found}, but this program knows versions up to ${known}`,
      'Use the version of reconcile-machine that wrote it, or a newer one, or another log with --log FILE.',
    );
  }
}

/** A write did not happen: disk full, read-only directory, no permission. The log is as it was before. */
export class LogUnwritableError extends LogError {
  readonly code: string;
  constructor(path: string, code: string, message: string, hint: string, options?: ErrorOptions) {
    super(path, message, hint, options);
    this.code = code;
  }
}

/** There is no log at this path, or it may not be read. */
export class LogUnreadableError extends LogError {
  readonly code: string;
  constructor(path: string, code: string, message: string, hint: string, options?: ErrorOptions) {
    super(path, message, hint, options);
    this.code = code;
  }
}

/** The caller handed over what cannot be logged: a programming error, so there is no hint for the user. */
export class EventInvalidError extends TypeError {
  constructor(message: string) {
    super(message);
    this.name = 'EventInvalidError';
  }
}
