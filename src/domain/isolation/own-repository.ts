import { stringify } from 'yaml';
import type { KubeObject } from '../kube-object.ts';
import { asFields, asText, type Fields } from '../object-fields.ts';
import type { ObjectId } from '../target.ts';
import { ISOLATED_FROM, NOTHING_IGNORED } from './isolated-source.ts';

/** What a source of any kind says about when, and for which controller. */
const SHARDING_LABEL = 'sharding.fluxcd.io/key';
/** How an OCIRepository reaches its registry: the same for another tag of it. */
const ACCESS_FIELDS = [
  'insecure',
  'provider',
  'secretRef',
  'serviceAccountName',
  'certSecretRef',
  'proxySecretRef',
  'timeout',
] as const;
/** Those of them that name an object, which must be in the source's namespace. */
const NAMING_FIELDS = ['secretRef', 'serviceAccountName', 'certSecretRef', 'proxySecretRef'] as const;

export interface OwnRepository {
  readonly object: KubeObject;
  /** As a YAML document, with a comment above it. */
  readonly text: string;
}

/** The OCIRepository of one Kustomization alone, reached the way the shared source is. */
export function ownRepository(own: {
  readonly target: ObjectId;
  readonly name: string;
  /** As the target's manifest has it: undefined where a kustomization puts it there. */
  readonly namespace: string | undefined;
  readonly from: ObjectId;
  readonly shared: KubeObject;
  readonly url: string;
  readonly tag: string;
}): OwnRepository {
  const object = repositoryLike(own.shared, { ...own, ref: { tag: own.tag } });
  const comment = `# Exactly the files that the build of ${own.target} reads.\n`;
  return { object, text: comment + stringify(object, { lineWidth: 0, version: '1.1' }) };
}

/** An OCIRepository with the interval, shard and access of `shared`. `from`: its id. */
export function repositoryLike(
  shared: KubeObject,
  own: {
    readonly name: string;
    readonly namespace: string | undefined;
    readonly from: ObjectId;
    readonly url: string;
    readonly ref: Readonly<Record<string, string>>;
  },
): KubeObject {
  const spec = asFields(shared.spec);
  const isOci = shared.kind === 'OCIRepository';
  const shard = asText(asFields(shared.metadata.labels)[SHARDING_LABEL]);
  return {
    apiVersion: isOci ? shared.apiVersion : 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: {
      name: own.name,
      ...(own.namespace === undefined ? {} : { namespace: own.namespace }),
      ...(shard === undefined ? {} : { labels: { [SHARDING_LABEL]: shard } }),
      annotations: { [ISOLATED_FROM]: own.from },
    },
    spec: {
      interval: spec.interval ?? '10m',
      url: own.url,
      ref: own.ref,
      ...(isOci ? accessOf(spec) : {}),
      ignore: NOTHING_IGNORED,
    },
  };
}

/** The fields of `shared` that name objects beside it, which another namespace does not have. */
export function namespacedAccess(shared: KubeObject): readonly string[] {
  if (shared.kind !== 'OCIRepository') return [];
  const spec = asFields(shared.spec);
  return NAMING_FIELDS.filter((field) => spec[field] !== undefined && spec[field] !== null);
}

function accessOf(spec: Fields): Record<string, unknown> {
  const given = ACCESS_FIELDS.filter((field) => spec[field] !== undefined && spec[field] !== null);
  return Object.fromEntries(given.map((field) => [field, spec[field]]));
}
