/** How the text after an option is read. `flag` takes none. */
export type OptionKind = 'flag' | 'text' | 'count' | 'duration';

export interface OptionSpec {
  /** Without the dashes, e.g. `quiet-period`. */
  readonly name: string;
  /** One letter, without the dash. */
  readonly short?: string;
  readonly kind: OptionKind;
  /** What the value is called in the help, e.g. `FILE`. */
  readonly placeholder?: string;
  /** One line, no full stop. */
  readonly summary: string;
  /** Shown in the help; the reader of the option applies it. */
  readonly fallback?: string;
  readonly repeatable?: boolean;
  /** What it means without a value; one is then given as `--name=VALUE` only. */
  readonly bare?: string;
  /** The only values allowed. */
  readonly choices?: readonly string[];
}

export interface PositionalSpec {
  readonly name: string;
  readonly required: boolean;
  readonly repeatable?: boolean;
}
