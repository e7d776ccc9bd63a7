import type { Fields } from '../object-fields.ts';
import { asText } from '../object-fields.ts';
import type { ObjectId, SourceDefinition } from '../target.ts';
import { objectId, parseObjectId } from '../target.ts';
import { withoutCredentials } from '../without-credentials.ts';

/**
 * Argo CD has no object for a source: what Applications share is the pair of `repoURL` and `targetRevision`. It is named
 * `OCISource//oci://host/repository:tag`, `GitSource//<url>@<revision>` or `HelmSource//<repository>/<chart>@<version>`, without a user and
 * password that a URL may have: names are shown and logged.
 */
export function applicationSource(source: Fields): SourceDefinition {
  const url = withoutCredentials(asText(source.repoURL) ?? '').replace(/\/+$/, '');
  const revision = asText(source.targetRevision);
  const chart = asText(source.chart);
  if (url.startsWith('oci://')) return ociSource(url, revision ?? 'latest');
  if (chart !== undefined) return namedSource('HelmSource', `${url}/${chart}@${revision ?? '*'}`, url);
  return namedSource('GitSource', `${url}@${revision ?? 'HEAD'}`, url);
}

/** In place of a revision: whichever a refresh resolves by itself. Nobody but Argo CD can be asked for it. */
export const NEWEST = 'newest';

/** True for the id of a source that Applications name; it stands for no object in the cluster. */
export function isApplicationSource(id: ObjectId): boolean {
  const { kind, namespace } = parseObjectId(id);
  return namespace === '' && (kind === 'OCISource' || kind === 'GitSource' || kind === 'HelmSource');
}

/** True for what names a range of versions (`1.x`, `^2`, `>=1.0 <2`, `*`): Argo CD takes the newest tag that fits. `1.2.3` alone is a tag. */
export function isVersionConstraint(revision: string): boolean {
  return /[\^~<>=*|, ]|(^|\.)[xX](\.|$)/.test(revision);
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

function ociSource(url: string, revision: string): SourceDefinition {
  if (DIGEST.test(revision))
    return { ...namedSource('OCISource', `${url}@${revision}`, url), ref: { digest: revision } };
  const ref = isVersionConstraint(revision) ? { semver: revision } : { tag: revision };
  return { ...namedSource('OCISource', `${url}:${revision}`, url), ref };
}

function namedSource(kind: 'OCISource' | 'GitSource' | 'HelmSource', name: string, url: string): SourceDefinition {
  return { id: objectId(kind, '', name), kind, namespace: '', name, url, suspended: false };
}
