import { type ClusterClient, createClusterClient } from '../../../src/cluster/client.ts';
import { startRegistry } from '../../../src/embedded/testing.ts';
import { startArgoCdProcesses } from '../../control-plane/argo-cd.ts';
import { argoCdDefinitions, argoCdSettings } from '../../control-plane/argo-cd-definitions.ts';
import { startControlPlane } from '../../control-plane/control-plane.ts';
import { startForegroundCollector } from '../../control-plane/foreground-collector.ts';
import { ARGOCD, repositorySecret } from '../../support/argo-manifests.ts';
import { connectionTo } from '../../support/connection-to.ts';
import { startServedGit } from './served-git.ts';
import { type ArgoSubject, TEAM_NAMESPACES } from './subject.ts';

/** The real API server and the real Argo CD, with the embedded registry. */
export async function startControlPlaneSubject(): Promise<ArgoSubject> {
  const [plane, registry, git] = await Promise.all([startControlPlane(), startRegistry(), startServedGit()]);
  const client = createClusterClient(connectionTo(plane));
  await installArgoCd(client);
  const repositories = Array.from({ length: REPOSITORIES }, (_, index) => `known-${index}`);
  await Promise.all(
    repositories.map((name) => {
      const { metadata, ...secret } = repositorySecret(`oci://${registry.host}/${name}`);
      const body = { ...secret, metadata: { ...metadata, name } };
      return client.request({ method: 'POST', path: `/api/v1/namespaces/${ARGOCD}/secrets`, body });
    }),
  );
  const collector = startForegroundCollector(client, COLLECTED);
  const argo = await startArgoCdProcesses({
    kubeconfig: plane.kubeconfig(),
    applicationNamespaces: [TEAM_NAMESPACES],
  });
  return {
    name: 'control-plane',
    client,
    registry,
    takeRepository: () => repositories.pop(),
    serveGit: git.serve,
    async stop() {
      collector.stop();
      client.close();
      await argo.stop();
      await Promise.all([plane.stop(), registry.stop(), git.stop()]);
    },
  };
}

/** More than there are tests. */
const REPOSITORIES = 100;

const COLLECTED = [
  { group: '', version: 'v1', plural: 'configmaps' },
  { group: '', version: 'v1', plural: 'secrets' },
  { group: 'apps', version: 'v1', plural: 'deployments' },
];

const PLURALS: Readonly<Record<string, string>> = {
  Namespace: 'namespaces',
  ConfigMap: 'configmaps',
  Secret: 'secrets',
  AppProject: 'appprojects',
};

/** Creates the definitions, waits until they are served, and creates the settings. */
export async function installArgoCd(client: ClusterClient): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await Promise.all(
    argoCdDefinitions().map(async (body) => {
      await client.request({ method: 'POST', path, body });
      await until(async () => {
        const { json } = await client.request({ method: 'GET', path: `${path}/${body.metadata.name}` });
        return JSON.stringify(json).includes('"the initial names have been accepted"');
      });
    }),
  );
  for (const body of argoCdSettings()) {
    const prefix = body.apiVersion === 'v1' ? '/api/v1' : `/apis/${body.apiVersion}`;
    const place = body.metadata.namespace === undefined ? '' : `/namespaces/${body.metadata.namespace}`;
    await until(() =>
      client.request({ method: 'POST', path: `${prefix}${place}/${PLURALS[body.kind]}`, body }).then(
        () => true,
        // A definition that was accepted a moment ago is not served by every path yet.
        (error) => {
          if (body.kind === 'AppProject') return false;
          throw error;
        },
      ),
    );
  }
}

async function until(look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) await new Promise((resolve) => setTimeout(resolve, 20));
}
