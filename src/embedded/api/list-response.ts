import type { ObjectStore } from '../store/object-store.ts';
import { apiVersionOf } from '../store/resource-registry.ts';
import type { ResourcePath } from './api-path.ts';
import { objectJson } from './object-json.ts';
import { selectorOf } from './selectors.ts';
import { badRequest, expired } from './status-error.ts';

interface ContinueToken {
  /** The revision of the first page. */
  readonly revision: number;
  /** The last key that was sent: `<namespace>/<name>`. */
  readonly after: string;
}

/**
 * The JSON of a list. Pages are cut from the live objects, so a later page may show later changes; its resourceVersion is
 * that of the first page, and a watch from there brings every such change (again). A token from before a compaction is 410.
 */
export function listJson(store: ObjectStore, path: ResourcePath, query: URLSearchParams): string {
  const { resource } = path;
  const apiVersion = apiVersionOf(resource, path.version);
  const selects = selectorOf(query);
  const all = store.list(resource, path.namespace);
  let rest = selects === undefined ? all : all.filter(selects);
  let revision = store.revision;
  const token = query.get('continue');
  if (token) {
    const { revision: first, after } = parseToken(token);
    revision = first;
    requireKnown(store, first);
    rest = rest.filter((object) => keyOf(object.metadata) > after);
  }
  const limit = Number(query.get('limit') ?? 0);
  if (!Number.isInteger(limit) || limit < 0)
    throw badRequest(`limit must be a whole number, found "${query.get('limit')}"`);
  const page = limit > 0 ? rest.slice(0, limit) : rest;
  const last = page.at(-1);
  const more = last !== undefined && page.length < rest.length;
  const metadata = {
    resourceVersion: String(revision),
    ...(more
      ? {
          continue: formatToken({ revision, after: keyOf(last.metadata) }),
          remainingItemCount: rest.length - page.length,
        }
      : {}),
  };
  const head = JSON.stringify({ kind: `${resource.kind}List`, apiVersion, metadata });
  return `${head.slice(0, -1)},"items":[${page.map((object) => objectJson(object, apiVersion)).join(',')}]}`;
}

function requireKnown(store: ObjectStore, revision: number): void {
  try {
    store.eventsSince(revision);
  } catch {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
    );
  }
}

function keyOf(metadata: { readonly namespace?: string; readonly name: string }): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function formatToken(token: ContinueToken): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function parseToken(text: string): ContinueToken {
  try {
    const { revision, after } = JSON.parse(Buffer.from(text, 'base64url').toString()) as ContinueToken;
    if (typeof revision === 'number' && typeof after === 'string') return { revision, after };
  } catch {
    // Not ours: refused below.
  }
  throw badRequest('continue key is not valid: it must be the token of an earlier page');
}
