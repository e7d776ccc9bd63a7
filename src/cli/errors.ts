import { EXIT_FAILED, EXIT_USAGE } from './exit-codes.ts';

/** The command line cannot be understood or carried out as given. Ends with exit code 2. */
export class UsageError extends Error {
  readonly hint: string | undefined;
  readonly exitCode = EXIT_USAGE;
  constructor(message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
    this.hint = hint;
  }
}

/** The command was understood, and what it was to do failed. Ends with exit code 1. */
export class CommandFailedError extends Error {
  readonly hint: string | undefined;
  readonly exitCode = EXIT_FAILED;
  constructor(message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandFailedError';
    this.hint = hint;
  }
}
