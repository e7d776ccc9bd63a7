import { dirname, resolve } from 'node:path';
import { FailureError } from '../domain/failure.ts';
import { isMapping, type KubeconfigFile, type YamlMapping } from './kubeconfig-file.ts';
import { readReferencedFile } from './referenced-file.ts';

/** One named context, cluster or user. Paths in it are relative to the file that holds it. */
export class KubeconfigEntry {
  readonly name: string;
  readonly content: YamlMapping;
  readonly #file: string;

  constructor(name: string, content: YamlMapping, file: string) {
    this.name = name;
    this.content = content;
    this.#file = file;
  }

  has(key: string): boolean {
    return isMapping(this.content[key]);
  }

  /** Undefined where the key is missing or empty. Throws for anything but text. */
  text(key: string): string | undefined {
    const value = this.content[key];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'string') return value;
    // An unquoted password or token of digits only.
    if (typeof value === 'number') return String(value);
    throw new FailureError({
      kind: 'invalid',
      message: `${this.#file}: "${this.name}": expected ${key} to be text, found ${Array.isArray(value) ? 'a list' : `a ${typeof value}`}`,
    });
  }

  flag(key: string): boolean {
    return this.content[key] === true;
  }

  path(key: string): string | undefined {
    const path = this.text(key);
    return path === undefined ? undefined : resolve(dirname(this.#file), path);
  }

  /** `<key>-data` (base64), else the content of the file that `<key>` names. */
  data(key: string): string | undefined {
    const inline = this.text(`${key}-data`);
    if (inline !== undefined) return Buffer.from(inline, 'base64').toString('utf8');
    const path = this.path(key);
    return path === undefined ? undefined : readReferencedFile(path, `${this.#file}: ${key} of "${this.name}"`);
  }

  /** The same entry for a reader that does not know the file: file references resolved and read. */
  selfContained(): YamlMapping {
    const content: Record<string, unknown> = { ...this.content };
    for (const key of ['certificate-authority', 'client-certificate', 'client-key']) {
      const data = this.data(key);
      delete content[key];
      if (data !== undefined) content[`${key}-data`] = Buffer.from(data).toString('base64');
    }
    const exec = content.exec;
    if (isMapping(exec) && typeof exec.command === 'string' && exec.command.includes('/')) {
      content.exec = { ...exec, command: resolve(dirname(this.#file), exec.command) };
    }
    // The library that runs plugins refuses a server without TLS otherwise; no request of ours goes through it.
    if (String(content.server ?? '').startsWith('http:')) content['insecure-skip-tls-verify'] = true;
    return content;
  }
}

/** Several kubeconfig files as one: of two entries with one name the first counts. */
export interface MergedKubeconfig {
  readonly files: readonly string[];
  readonly currentContext: string | undefined;
  readonly contexts: ReadonlyMap<string, KubeconfigEntry>;
  readonly clusters: ReadonlyMap<string, KubeconfigEntry>;
  readonly users: ReadonlyMap<string, KubeconfigEntry>;
  /** A kubeconfig of that context alone, as JSON, without references to files. */
  forContext(contextName: string): string;
}

export function mergeKubeconfigs(files: readonly KubeconfigFile[]): MergedKubeconfig {
  const contexts = entriesOf(files, 'contexts', 'context');
  const clusters = entriesOf(files, 'clusters', 'cluster');
  const users = entriesOf(files, 'users', 'user');
  const current = files
    .map(({ content }) => content['current-context'])
    .find((name) => typeof name === 'string' && name !== '');
  return {
    files: files.map(({ path }) => path),
    currentContext: typeof current === 'string' ? current : undefined,
    contexts,
    clusters,
    users,
    forContext: (contextName) => {
      const context = contexts.get(contextName);
      const only = (entries: ReadonlyMap<string, KubeconfigEntry>, kind: string) => {
        const entry = entries.get(context?.text(kind) ?? '');
        return entry === undefined ? [] : [{ name: entry.name, [kind]: entry.selfContained() }];
      };
      return JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': contextName,
        contexts: [{ name: contextName, context: context?.content ?? {} }],
        clusters: only(clusters, 'cluster'),
        users: only(users, 'user'),
      });
    },
  };
}

function entriesOf(files: readonly KubeconfigFile[], list: string, field: string): Map<string, KubeconfigEntry> {
  const entries = new Map<string, KubeconfigEntry>();
  for (const { path, content } of files) {
    const found = content[list] ?? [];
    if (!Array.isArray(found)) {
      throw new FailureError({
        kind: 'invalid',
        message: `${path}: expected ${list} to be a list, found a ${typeof found}`,
      });
    }
    for (const entry of found as readonly unknown[]) {
      const name = isMapping(entry) ? entry.name : undefined;
      if (!isMapping(entry) || typeof name !== 'string') {
        throw new FailureError({
          kind: 'invalid',
          message: `${path}: expected each entry of ${list} to have a name, found one without`,
        });
      }
      const value = entry[field];
      if (!entries.has(name)) entries.set(name, new KubeconfigEntry(name, isMapping(value) ? value : {}, path));
    }
  }
  return entries;
}
