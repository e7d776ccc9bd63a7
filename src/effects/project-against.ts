import type { ClusterClient } from '../cluster/client.ts';
import { permitsSource } from '../domain/argo/permitted-source.ts';

const PROJECTS = { kind: 'AppProject', group: 'argoproj.io', version: 'v1alpha1', plural: 'appprojects' };

/** The first of the AppProjects named that lets its Applications not read from `url`. One that cannot be read is not held against anybody. */
export async function projectAgainst(
  client: Pick<ClusterClient, 'get'>,
  namespace: string,
  names: Iterable<string>,
  url: string,
): Promise<string | undefined> {
  for (const name of new Set(names)) {
    const project = await client.get({ ...PROJECTS, namespace, name }).catch(() => undefined);
    if (project !== undefined && !permitsSource(project, url)) return name;
  }
  return undefined;
}
