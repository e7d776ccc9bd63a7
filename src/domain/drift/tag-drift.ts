import type { KubeObject } from '../kube-object.ts';
import { repositoryOf } from '../repository-name.ts';
import { type ObjectId, parseObjectId } from '../target.ts';
import { type TagField, tagFields, tagOf } from './tag-field.ts';

/** Which of the cluster's tags are ours: those of one source, or of one repository; undefined: the only repository there is. */
export interface DriftScope {
  /** `<namespace>/<name>` of the source that the directory feeds. */
  readonly source?: string | undefined;
  /** `oci://HOST/REPOSITORY`; a registry often has another address in the cluster, so the repository alone counts. */
  readonly registry?: string | undefined;
}

export interface TagDrift {
  readonly field: TagField;
  readonly wanted: string;
}

export interface DriftReport {
  readonly tag: string;
  readonly drifts: readonly TagDrift[];
  /** Fields that say what is wanted. */
  readonly same: readonly TagField[];
  /** Nothing says which of these repositories is ours: neither was compared. */
  readonly ambiguous: readonly string[];
}

/** Compares the tags that the cluster follows with `tag`. The instance that makes a source comes before the source. */
export function tagDrift(objects: readonly KubeObject[], tag: string, scope: DriftScope = {}): DriftReport {
  const all = objects.flatMap(tagFields).sort((a, b) => rank(a.id) - rank(b.id) || (a.id < b.id ? -1 : 1));
  const chosen = inScope(all, scope);
  if ('ambiguous' in chosen) return { tag, drifts: [], same: [], ambiguous: chosen.ambiguous };
  const isSame = (field: TagField): boolean => tagOf(field) === tag && field.unrepairable === undefined;
  return {
    tag,
    drifts: chosen.fields.filter((field) => !isSame(field)).map((field) => ({ field, wanted: tag })),
    same: chosen.fields.filter(isSame),
    ambiguous: [],
  };
}

type Chosen = { readonly fields: readonly TagField[] } | { readonly ambiguous: readonly string[] };

function inScope(all: readonly TagField[], { source, registry }: DriftScope): Chosen {
  if (source !== undefined) {
    const named = all.find(({ id }) => id.startsWith('OCIRepository/') && nameOf(id) === source);
    // The operator calls the source that it makes after the namespace of its instance.
    const isInstance = ({ id }: TagField): boolean => {
      const { kind, namespace } = parseObjectId(id);
      return kind === 'FluxInstance' && source === `${namespace}/${namespace}`;
    };
    return { fields: all.filter((field) => field === named || isInstance(field)) };
  }
  if (registry !== undefined) {
    return { fields: all.filter(({ url }) => repositoryOf(url) === repositoryOf(registry)) };
  }
  const instance = all.find(({ id }) => id.startsWith('FluxInstance/'));
  const repositories = [...new Set(all.map(({ url }) => repositoryOf(url)))];
  const only = instance === undefined ? repositories[0] : repositoryOf(instance.url);
  if (instance === undefined && repositories.length > 1) return { ambiguous: all.map(({ id }) => id) };
  return { fields: all.filter(({ url }) => repositoryOf(url) === only) };
}

function nameOf(id: ObjectId): string {
  const { namespace, name } = parseObjectId(id);
  return `${namespace}/${name}`;
}

function rank(id: ObjectId): number {
  return ['FluxInstance', 'OCIRepository', 'Application'].indexOf(parseObjectId(id).kind);
}
