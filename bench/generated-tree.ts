import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface GeneratedTree {
  readonly kustomizations: number;
  /** Manifests in each, besides the kustomization file. */
  readonly manifestsEach: number;
}

export function directoryOf(index: number): string {
  return `apps/team-${index % 40}/app-${index}`;
}

export function leafOf(index: number): string {
  return `${directoryOf(index)}/m0.yaml`;
}

export function manifest(index: number, file: number, value: number): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: o${index}-${file}
  namespace: default
data:
  app.properties: |
    color=blue
    value=${value}
    retries=3
`;
}

/** A repository of leaves: each kustomization reads its own manifests and nothing else. */
export function generateTree(root: string, { kustomizations, manifestsEach }: GeneratedTree): void {
  for (let index = 0; index < kustomizations; index += 1) {
    const directory = join(root, directoryOf(index));
    mkdirSync(directory, { recursive: true });
    const files = Array.from({ length: manifestsEach }, (_, file) => `m${file}.yaml`);
    writeFileSync(
      join(directory, 'kustomization.yaml'),
      `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${files.map((file) => `- ${file}\n`).join('')}`,
    );
    for (const [file, name] of files.entries()) writeFileSync(join(directory, name), manifest(index, file, 0));
  }
}
