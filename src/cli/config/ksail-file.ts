import { dirname } from 'node:path';
import { fieldOf, type YamlNode } from '../../domain/yaml-node.ts';
import { UsageError } from '../errors.ts';
import { wrongValue } from './checked-value.ts';
import type { SettingValue } from './configuration.ts';
import { configurationYaml, foundInWords } from './configuration-yaml.ts';
import { pathFrom } from './own-file.ts';
import { SETTINGS } from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const ENGINES: Readonly<Record<string, string>> = { Flux: 'flux', ArgoCD: 'argocd' };
const SOURCE_DIRECTORY_DEFAULT = 'k8s';
const LOCAL_PORT_DEFAULT = 5000;

/**
 * What a KSail configuration says that means the same here. Keys of KSail's own are not looked at. Credentials in its registry are left out:
 * they come from the Docker configuration.
 */
export function readKsailFile(
  file: string,
  env: Environment,
): { readonly values: readonly SettingValue[]; readonly warnings: readonly string[] } {
  const root = configurationYaml(file);
  const values: SettingValue[] = [];
  const warnings: string[] = [];
  const at = (...path: string[]): YamlNode | undefined =>
    path.reduce<YamlNode | undefined>((node, name) => fieldOf(node, name), root);
  const set = (key: string, node: YamlNode | undefined, read: (text: string) => string | undefined): void => {
    if (node === undefined || (node.kind === 'scalar' && node.value === null)) return;
    const place = `${file}:${node.line}:${node.column}`;
    if (node.kind !== 'scalar' || typeof node.value !== 'string')
      throw new UsageError(`${place}: expected text, found ${foundInWords(node)}`);
    // What stands before the @ is left out anyway: that it is not set hinders nobody.
    const written = key === 'workload.registry' ? node.value.replace(/^[^/]*@/, '@') : node.value;
    const { text, missing } = expanded(written, env);
    if (missing !== undefined) {
      warnings.push(`${place} is not read: ${missing} is not set in the environment`);
      return;
    }
    const value = text === '' ? undefined : read(text);
    const setting = SETTINGS.find((candidate) => candidate.key === key);
    if (value === undefined || setting === undefined) return;
    const problem = wrongValue(setting, value);
    if (problem !== undefined) throw new UsageError(`${place}: expected ${problem.expected}`, problem.hint);
    values.push({ setting, values: [value], origin: { from: 'file', file, line: node.line, column: node.column } });
  };
  const asPath = (text: string): string => pathFrom(dirname(file), text);

  const directory = at('spec', 'workload', 'sourceDirectory');
  const directoryName = directory?.kind === 'scalar' && directory.value ? String(directory.value) : undefined;
  set('engine', at('spec', 'cluster', 'gitOpsEngine'), (text) => ENGINES[text]);
  set('cluster.kubeconfig', at('spec', 'cluster', 'connection', 'kubeconfig'), asPath);
  set('cluster.context', at('spec', 'cluster', 'connection', 'context'), (text) => text);
  set('workload.directory', directory, asPath);
  set('workload.entry', at('spec', 'workload', 'kustomizationFile'), (text) => text);
  set('workload.tag', at('spec', 'workload', 'tag'), (text) => text);
  set('workload.registry', at('spec', 'cluster', 'localRegistry', 'registry'), (text) => {
    if (text.includes('@'))
      warnings.push(`${file}: the credentials of its registry are not used: log in with docker login`);
    return registryUrl(text, directoryName ?? SOURCE_DIRECTORY_DEFAULT);
  });
  return { values, warnings };
}

/** `[user:pass@]host[:port][/path[:tag]]`; without a path, KSail's repository is called as the source directory. */
function registryUrl(text: string, sourceDirectory: string): string {
  const place = text.slice(text.lastIndexOf('@') + 1).replace(/^oci:\/\//, '');
  const slash = place.indexOf('/');
  const host = slash < 0 ? place : place.slice(0, slash);
  const withPort = /^(localhost|127\.0\.0\.1)$/.test(host) ? `${host}:${LOCAL_PORT_DEFAULT}` : host;
  const named = sourceDirectory
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  const path = slash < 0 || place.slice(slash + 1) === '' ? named || SOURCE_DIRECTORY_DEFAULT : place.slice(slash + 1);
  return `oci://${withPort}/${path}`;
}

/** `${NAME}` and `${NAME:-default}`, as KSail expands them. */
function expanded(text: string, env: Environment): { readonly text: string; readonly missing?: string } {
  let missing: string | undefined;
  const result = text.replaceAll(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, name: string, fallback: string | undefined) => {
    const value = env[name];
    if (value !== undefined && value !== '') return value;
    if (fallback === undefined) missing ??= name;
    return fallback ?? '';
  });
  return missing === undefined ? { text: result } : { text: result, missing };
}
