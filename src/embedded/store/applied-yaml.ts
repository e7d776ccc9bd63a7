import { parse as parseYaml, YAMLParseError } from 'yaml';
import { badRequest } from '../api/status-error.ts';
import type { WriteOptions } from './write-options.ts';

const DUPLICATE_KEY = 'DUPLICATE_KEY';

/** YAML as the real server reads it: version 1.1 (`yes` and `on` are booleans), the last of duplicate keys counts. */
export function appliedYaml(
  text: string,
  { fieldValidation, warn }: Pick<WriteOptions, 'fieldValidation' | 'warn'>,
): unknown {
  const version = { version: '1.1', schema: 'yaml-1.1' } as const;
  try {
    return parseYaml(text, version);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const line = error.linePos?.[0].line ?? 1;
    if (error.code !== DUPLICATE_KEY) {
      throw badRequest(`error decoding YAML: error converting YAML to JSON: yaml: ${goYamlError(error, text, line)}`);
    }
    const why = `line ${line}: key ${keyAt(text, line)} already set in map`;
    if (fieldValidation === 'Strict') {
      throw badRequest(`error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  ${why}`);
    }
    if (fieldValidation !== 'Ignore') warn?.(why);
    return parseYaml(text, { ...version, uniqueKeys: false });
  }
}

/** The key that a line of YAML begins with, as Go prints it. */
function keyAt(text: string, line: number): string {
  const [key = ''] = (text.split('\n')[line - 1] ?? '').split(':');
  const value: unknown = parseYaml(key.trim(), { version: '1.1', schema: 'yaml-1.1' });
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** The error in the words of Go's parser, for the commonest; others keep their own. */
function goYamlError(error: YAMLParseError, text: string, line: number): string {
  const why = (error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
  // Go names the line only from the second on, except where it ran out of text.
  const where = line > 1 ? `line ${line}: ` : '';
  if (/^(Nested mappings|Implicit keys|A block mapping|Implicit map keys)/.test(why)) {
    return `${where}mapping values are not allowed in this context`;
  }
  if (/(must|and) end with/.test(why))
    return `line ${text.trimEnd().split('\n').length}: did not find expected node content`;
  if (error.code === 'TAB_AS_INDENT') return `${where}found character that cannot start any token`;
  return `line ${line}: ${why}`;
}
