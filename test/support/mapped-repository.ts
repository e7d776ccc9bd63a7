import { type DefiningObject, definitionsFromObjects } from '../../src/domain/definitions-from-objects.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import type { FullReason, Resolution } from '../../src/domain/resolution.ts';
import type { ChangingTree } from '../../src/domain/source-files.ts';
import { Workspace } from '../../src/effects/workspace.ts';
import { MemoryTree } from './memory-tree.ts';

export const SOURCE = 'OCIRepository/flux-system/shop';

export class ChangingMemoryTree extends MemoryTree implements ChangingTree {
  invalidate(): void {
    // Nothing is kept: the files are in memory already.
  }
}

export const configMap = (name: string, value = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  value: "${value}"\n`;

export const kustomization = (...resources: string[]): string =>
  resources.length === 0 ? 'resources: []\n' : `resources:\n${resources.map((entry) => `  - ${entry}\n`).join('')}`;

/** A Flux Kustomization in flux-system that reads the shop source, unless `spec` says otherwise. */
export function fluxKustomization(name: string, path: string, spec: Record<string, unknown> = {}): KubeObject {
  const { namespace = 'flux-system', ...rest } = spec;
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: String(namespace) },
    spec: { path, sourceRef: { kind: 'OCIRepository', name: 'shop', namespace: 'flux-system' }, ...rest },
  };
}

export const idOf = (name: string, namespace = 'flux-system'): string => `Kustomization/${namespace}/${name}`;

export interface MappedRepositoryOptions {
  readonly files: Readonly<Record<string, string>>;
  readonly objects: readonly KubeObject[];
  readonly watchedDir?: string;
  readonly source?: string;
  readonly allowPrune?: boolean;
}

/** A repository in memory, mapped; `save` writes files (undefined deletes) and resolves them as one batch. */
export class MappedRepository {
  readonly tree: ChangingMemoryTree;
  readonly workspace: Workspace;
  readonly source: string;
  known: Record<string, string | undefined>;

  constructor(options: MappedRepositoryOptions) {
    this.tree = new ChangingMemoryTree(options.files);
    this.source = options.source ?? SOURCE;
    this.workspace = new Workspace({
      tree: this.tree,
      watchedDir: (options.watchedDir ?? '.') as RelativePath,
      limits: DEFAULT_LIMITS,
      allowPrune: options.allowPrune ?? false,
    });
    this.define(options.objects);
    this.known = this.workspace.digests();
  }

  define(objects: readonly KubeObject[]): void {
    const defining: DefiningObject[] = objects.map((object) => ({ object }));
    this.workspace.setDefinitions(definitionsFromObjects(defining), this.source);
  }

  write(files: Readonly<Record<string, string | undefined>>): RelativePath[] {
    for (const [path, text] of Object.entries(files)) {
      if (text === undefined) this.tree.files.delete(path);
      else this.tree.files.set(path, text);
    }
    return Object.keys(files) as RelativePath[];
  }

  resolve(changed: readonly string[], full?: FullReason): Resolution {
    return this.workspace.resolve({ changed: changed as RelativePath[], known: this.known, full });
  }

  save(files: Readonly<Record<string, string | undefined>>): Resolution {
    return this.resolve(this.write(files));
  }

  /** What `save` found is reconciled now. */
  reconciled(): void {
    this.known = this.workspace.digests();
  }
}

/** `name` by rule, in the order asked. */
export const asked = (resolution: Resolution): string[] =>
  resolution.affected.map(({ id, rule }) => `${id.split('/').at(-1)} by ${rule}`);

/** `decision: reason` of each changed path. */
export const decided = (resolution: Resolution): string[] =>
  resolution.decisions.map(({ decision, reason }) => `${decision}: ${reason}`);
