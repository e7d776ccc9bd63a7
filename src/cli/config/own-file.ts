import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { YamlEntry, YamlNode, YamlScalar } from '../../domain/yaml-node.ts';
import { withUnit } from '../duration.ts';
import { UsageError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { shown, wrongValue } from './checked-value.ts';
import type { SettingValue } from './configuration.ts';
import { configurationYaml, foundInWords, writtenAt } from './configuration-yaml.ts';
import type { Setting } from './setting.ts';
import { SETTINGS } from './settings.ts';

/** What a `reconcile-machine.yaml` sets. Throws UsageError with file:line:column for an unknown key or a value of another kind. */
export function readOwnFile(file: string): readonly SettingValue[] {
  const root = configurationYaml(file);
  return root === undefined ? [] : valuesIn(root, '', file);
}

function valuesIn(node: YamlNode, prefix: string, file: string): readonly SettingValue[] {
  if (node.kind !== 'map') {
    const what = prefix === '' ? 'a configuration' : prefix;
    throw wrong(file, node, `expected ${what} to be a map, found ${foundInWords(node)}`, keysBelow(prefix));
  }
  return node.entries.flatMap((entry) => {
    const key = prefix === '' ? entry.key : `${prefix}.${entry.key}`;
    const setting = SETTINGS.find((candidate) => candidate.key === key);
    if (setting !== undefined) return [settingValue(setting, entry, file)];
    if (SETTINGS.some((candidate) => candidate.key.startsWith(`${key}.`))) return valuesIn(entry.value, key, file);
    throw wrong(file, entry, `unknown key '${key}'`, nearestKey(entry.key, prefix));
  });
}

function settingValue(setting: Setting, { value: node, ...key }: YamlEntry, file: string): SettingValue {
  const isPlaced = node.kind !== 'scalar' || node.value !== null;
  const place = isPlaced ? node : key;
  const origin = { from: 'file' as const, file, line: place.line, column: place.column };
  const items = setting.kind === 'list' && node.kind === 'list' ? node.items : [node];
  return { setting, origin, values: items.map((item) => textOf(setting, item, isPlaced ? item : key, file)) };
}

function textOf(setting: Setting, node: YamlNode, place: { line: number; column: number }, file: string): string {
  const value = node.kind === 'scalar' ? node.value : null;
  const expected = expectedKind(setting);
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  const fits =
    typeof value === 'string' ||
    (setting.kind === 'flag' && typeof value === 'boolean') ||
    (setting.kind === 'limit' && isNumber);
  if (!fits) {
    const hint = isNumber && node.kind === 'scalar' ? hintForNumber(setting, node, file) : undefined;
    throw wrong(file, place, `${setting.key}: expected ${expected}, found ${foundInWords(node)}`, hint);
  }
  const text = String(value);
  const problem = wrongValue(setting, text);
  if (problem !== undefined) {
    const found = text === '' ? 'nothing' : `'${shown(text)}'`;
    throw wrong(file, place, `${setting.key}: expected ${problem.expected}, found ${found}`, problem.hint);
  }
  return setting.kind === 'path' ? pathFrom(dirname(file), text) : text;
}

/** In quotes, as it is written: `1.10` is no longer that once it is a number. */
function hintForNumber(setting: Setting, node: YamlScalar, file: string): string {
  const written = writtenAt(file, node);
  const measured = withUnit(written, setting.fallback);
  if (setting.kind === 'duration' && wrongValue(setting, measured) === undefined) return `did you mean ${measured}?`;
  const problem = wrongValue(setting, written);
  return problem === undefined ? `put it in quotes: "${written}"` : (problem.hint ?? `expected ${problem.expected}`);
}

function expectedKind({ kind, pattern, choices }: Setting): string {
  if (choices !== undefined) return `one of ${choices.join(', ')}`;
  if (pattern !== undefined) return pattern.expects;
  const words = {
    text: 'text',
    path: 'a path',
    duration: 'a duration such as 75ms, 2s, 5m or 1h',
    flag: 'true or false',
    list: 'a list of texts',
    limit: 'a number, or text with a unit',
  };
  return words[kind];
}

/** Paths count from the file; `~/` is the home directory. */
export function pathFrom(directory: string, path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(directory, path);
}

function nearestKey(name: string, prefix: string): string {
  const elsewhere = SETTINGS.find(({ key }) => key.split('.').at(-1) === name)?.key;
  const near = elsewhere ?? nearestName(name, childrenOf(prefix));
  return near === undefined ? keysBelow(prefix) : `did you mean ${near}?`;
}

function keysBelow(prefix: string): string {
  return `the keys ${prefix === '' ? 'are' : `of ${prefix} are`} ${childrenOf(prefix).join(', ')}`;
}

function childrenOf(prefix: string): string[] {
  const start = prefix === '' ? '' : `${prefix}.`;
  const names = SETTINGS.filter(({ key }) => key.startsWith(start)).map(
    ({ key }) => key.slice(start.length).split('.')[0] ?? '',
  );
  return [...new Set(names)];
}

function wrong(file: string, place: { line: number; column: number }, message: string, hint?: string): UsageError {
  return new UsageError(`${file}:${place.line}:${place.column}: ${message}`, hint);
}
