import { readFileSync } from 'node:fs';
import { DEFAULT_LIMITS } from '../../domain/limits.ts';
import type { RelativePath } from '../../domain/paths.ts';
import { parseYamlNodes } from '../../domain/yaml-documents.ts';
import type { YamlNode, YamlScalar } from '../../domain/yaml-node.ts';
import { UsageError } from '../errors.ts';

/** The one document of a configuration file; undefined where it is empty. Throws UsageError with the place of what is wrong. */
export function configurationYaml(file: string): YamlNode | undefined {
  const { nodes, problems } = parseYamlNodes(textOf(file), file as RelativePath, DEFAULT_LIMITS, {
    duplicateKeys: 'error',
  });
  const [problem] = problems;
  if (problem !== undefined) throw new UsageError(problem.message, problem.hint);
  const [first, second] = nodes;
  if (second !== undefined) {
    throw new UsageError(
      `${file}:${second.line}:${second.column}: expected one YAML document, found a second one`,
      'a configuration is one document; split the file or take one out',
    );
  }
  return first;
}

/** A plain scalar as it stands in the file. */
export function writtenAt(file: string, { line, column }: YamlScalar): string {
  const text = new TextDecoder().decode(textOf(file)).split('\n')[line - 1] ?? '';
  return /^[^\s,#\]}]*/.exec(text.slice(column - 1))?.[0] ?? '';
}

function textOf(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file}: it cannot be read (${code})`, 'check its permissions', { cause: error });
  }
}

/** What stands there, in words, as an error shows it. */
export function foundInWords(node: YamlNode): string {
  if (node.kind !== 'scalar') return node.kind === 'map' ? 'a map' : 'a list';
  if (node.value === null) return 'nothing';
  if (typeof node.value === 'string') return 'text';
  return typeof node.value === 'boolean' ? String(node.value) : `the number ${node.value}`;
}
