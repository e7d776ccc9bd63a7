import { kustomizationFile } from './kustomization-file.ts';
import {
  type AppliedPath,
  engineDirectory,
  inManifests,
  type ScaffoldFile,
  type ScaffoldPlan,
  yamlText,
} from './scaffold-plan.ts';

const NAMESPACE = 'argocd';

/** Argo CD's objects: how it reaches the registry, and an Application for each path. */
export function argoFiles(plan: ScaffoldPlan, applied: readonly AppliedPath[]): readonly ScaffoldFile[] {
  const directory = inManifests(plan, engineDirectory(plan));
  const applications = applied.map(({ name, path }) => ({ file: `${name}-application.yaml`, name, path }));
  return [
    {
      path: `${directory}/kustomization.yaml`,
      text: kustomizationFile(['repository.yaml', ...applications.map(({ file }) => file)]),
    },
    { path: `${directory}/repository.yaml`, text: repository(plan) },
    ...applications.map(({ file, name, path }) => ({
      path: `${directory}/${file}`,
      text: application(plan, name, path),
    })),
  ];
}

/** Without credentials: it says that the repository is an OCI one, and how it is reached. */
function repository({ name, registryInCluster, insecure }: ScaffoldPlan): string {
  return `# How Argo CD reaches the registry. Credentials, where it asks for them, go here as username and password: not into Git.
apiVersion: v1
kind: Secret
metadata:
  name: ${name}-repository
  namespace: ${NAMESPACE}
  labels:
    argocd.argoproj.io/secret-type: repository
stringData:
  type: oci
  url: ${yamlText(registryInCluster)}
${insecure ? '  insecureOCIForceHttp: "true"\n' : ''}`;
}

function application(plan: ScaffoldPlan, name: string, path: string): string {
  const { registryInCluster, tag, directory, existing } = plan;
  // Without a kustomization file every manifest there is applied: the configuration beside them is none.
  const holdsConfiguration = path === '.' && directory === '' && !existing.rootKustomization;
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  namespace: ${NAMESPACE}
spec:
  project: default
  source:
    repoURL: ${yamlText(registryInCluster)}
    targetRevision: ${yamlText(tag)}
    path: ${yamlText(path)}
${holdsConfiguration ? '    directory:\n      exclude: reconcile-machine.yaml\n' : ''}  destination:
    server: https://kubernetes.default.svc
  syncPolicy:
    automated:
      prune: true
      selfHeal: true
    syncOptions:
      - CreateNamespace=true
`;
}
