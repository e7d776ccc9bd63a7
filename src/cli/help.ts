import type { AnyCommand } from './command.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';
import { limitLines } from './limit-options.ts';
import type { OptionSpec } from './option-spec.ts';

const PROGRAM = 'reconcile-machine';

/** How a heading is set apart; the identity where there is no colour. */
export type Emphasis = (text: string) => string;

/** The help of the program as a whole, ends with a newline. */
export function programHelp(commands: readonly AnyCommand[], bold: Emphasis): string {
  return [
    'Save a manifest, and only what it affects is reconciled by Flux or Argo CD, live in a fraction of a second.',
    '',
    bold('Usage'),
    `  ${PROGRAM} COMMAND [options]`,
    '',
    bold('Commands'),
    ...columns(commands.map((command) => [command.name, command.summary])),
    '',
    bold('Options'),
    ...optionLines(GLOBAL_OPTIONS),
    '',
    bold('Examples'),
    ...columns([
      [`${PROGRAM} demo --once`, 'see it work, no cluster needed'],
      [`${PROGRAM} watch`, 'watch k8s/ or the current directory'],
      [`${PROGRAM} explain --offline FILE`, 'what would a change of FILE reconcile?'],
    ]),
    '',
    `Exit codes: 0 done, 1 failed, 2 usage, 130 interrupted. More on a command: ${PROGRAM} COMMAND --help`,
    '',
  ].join('\n');
}

/** The help of one command, ends with a newline. */
export function commandHelp(command: AnyCommand, bold: Emphasis): string {
  const hasLimits = command.options.some((option) => option.name === 'limit');
  return [
    `${PROGRAM} ${command.name}: ${command.summary}`,
    '',
    bold('Usage'),
    `  ${PROGRAM} ${command.name} ${command.usage}`,
    ...(command.description === undefined ? [] : ['', command.description]),
    '',
    bold('Options'),
    ...optionLines([...command.options, ...GLOBAL_OPTIONS]),
    ...(hasLimits ? ['', bold('Limits (--limit NAME=VALUE), with their defaults'), ...inColumns(limitLines())] : []),
    '',
    bold('Examples'),
    ...command.examples.flatMap((example) => [`  # ${example.does}`, `  ${example.line}`]),
    '',
  ].join('\n');
}

function optionLines(options: readonly OptionSpec[]): string[] {
  return columns(
    options.map((option) => {
      const short = option.short === undefined ? '    ' : `-${option.short}, `;
      const placeholder = option.placeholder ?? 'VALUE';
      const value = option.kind === 'flag' ? '' : option.bare === undefined ? ` ${placeholder}` : `[=${placeholder}]`;
      const notes = [
        ...(option.fallback === undefined ? [] : [`default: ${option.fallback}`]),
        ...(option.repeatable === true ? ['repeatable'] : []),
      ];
      return [
        `${short}--${option.name}${value}`,
        option.summary + (notes.length === 0 ? '' : ` (${notes.join('; ')})`),
      ];
    }),
  );
}

function columns(rows: readonly (readonly [string, string] | string[])[]): string[] {
  const width = Math.max(...rows.map(([left = '']) => left.length));
  return rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`.trimEnd());
}

function inColumns(cells: readonly string[]): string[] {
  const width = Math.max(...cells.map((cell) => cell.length));
  const lines: string[] = [];
  for (let index = 0; index < cells.length; index += 3) {
    lines.push(
      `  ${cells
        .slice(index, index + 3)
        .map((cell) => cell.padEnd(width))
        .join('  ')}`.trimEnd(),
    );
  }
  return lines;
}
