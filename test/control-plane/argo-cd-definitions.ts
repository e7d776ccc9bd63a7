import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { argoCdExecutable } from './executables.ts';

const NAMESPACE = 'argocd';
const DEFINITIONS = ['application', 'applicationset', 'appproject'].map((kind) => `manifests/crds/${kind}-crd.yaml`);
const SETTINGS = ['argocd-cm', 'argocd-secret', 'argocd-gpg-keys-cm'].map(
  (name) => `manifests/base/config/${name}.yaml`,
);

/** The CustomResourceDefinitions of Argo CD as its authors ship them, out of the Go module that it was built from. */
export function argoCdDefinitions(): readonly KubeObject[] {
  const directory = moduleDirectory();
  return DEFINITIONS.map((file) => objectIn(join(directory, file)));
}

/** Its namespace, its settings as its authors ship them, and the project that Applications are in unless they say otherwise. */
export function argoCdSettings(): readonly KubeObject[] {
  const directory = moduleDirectory();
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    ...SETTINGS.map((file) => inNamespace(objectIn(join(directory, file)))),
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name: 'default', namespace: NAMESPACE },
      spec: {
        sourceRepos: ['*'],
        destinations: [{ namespace: '*', server: '*' }],
        clusterResourceWhitelist: [{ group: '*', kind: '*' }],
      },
    },
  ];
}

function inNamespace(object: KubeObject): KubeObject {
  // Without a key of its own its API server would make one; the controllers only read it.
  const secret = object.kind === 'Secret' ? { stringData: { 'server.secretkey': 'of-a-test' } } : {};
  return { ...object, ...secret, metadata: { ...object.metadata, namespace: NAMESPACE } };
}

function moduleDirectory(): string {
  const found = spawnSync('go', ['list', '-m', '-f', '{{.Dir}}', 'github.com/argoproj/argo-cd/v3'], {
    encoding: 'utf8',
    cwd: argoCdExecutable().module,
  });
  if (found.status !== 0) throw new Error(`expected the module of Argo CD, found: ${found.stderr}`);
  return found.stdout.trim();
}

function objectIn(path: string): KubeObject {
  return parse(readFileSync(path, 'utf8')) as KubeObject;
}
