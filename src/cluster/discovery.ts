import { FailureError } from '../domain/failure.ts';
import type { ClusterRequest, ClusterResponse } from './request.ts';
import { type ApiResource, groupVersionPath } from './resource.ts';

/** A resource this tool can read, with the versions it understands, best first. */
export interface WantedResource {
  readonly kind: string;
  readonly group: string;
  readonly versions: readonly string[];
  readonly plural: string;
}

export interface ServedResource extends ApiResource {
  readonly kind: string;
}

/** One small request for each group and version, all at once; a version that is not there answers 404. */
export async function discoverResources(
  request: (request: ClusterRequest) => Promise<ClusterResponse>,
  wanted: readonly WantedResource[],
): Promise<readonly ServedResource[]> {
  const paths = new Set(
    wanted.flatMap(({ group, versions }) => versions.map((version) => groupVersionPath({ group, version }))),
  );
  const served = new Map(
    await Promise.all(
      [...paths].map(async (path): Promise<[string, ReadonlySet<string>]> => [path, await pluralsAt(request, path)]),
    ),
  );
  return wanted.flatMap(({ kind, group, versions, plural }) => {
    const version = versions.find((candidate) =>
      served.get(groupVersionPath({ group, version: candidate }))?.has(plural),
    );
    return version === undefined ? [] : [{ kind, group, version, plural }];
  });
}

async function pluralsAt(
  request: (request: ClusterRequest) => Promise<ClusterResponse>,
  path: string,
): Promise<ReadonlySet<string>> {
  try {
    const { json } = await request({ method: 'GET', path });
    const { resources = [] } = (json ?? {}) as { readonly resources?: readonly { readonly name: string }[] };
    return new Set(resources.map(({ name }) => name));
  } catch (error) {
    if (error instanceof FailureError && error.failure.kind === 'not-found') return new Set();
    throw error;
  }
}
