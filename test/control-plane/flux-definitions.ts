import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { kustomizeControllerExecutable } from './executables.ts';

const SOURCE_GROUP = 'source.toolkit.fluxcd.io';

const SOURCES = [
  ['OCIRepository', 'ocirepositories', 'ocirepo'],
  ['GitRepository', 'gitrepositories', 'gitrepo'],
  ['Bucket', 'buckets', undefined],
  ['ExternalArtifact', 'externalartifacts', undefined],
  ['HelmRepository', 'helmrepositories', 'helmrepo'],
] as const;

/**
 * The CustomResourceDefinitions that kustomize-controller needs: its own as its authors ship it, and the sources with no schema to
 * speak of, since the controller that serves them is ours.
 */
export function fluxDefinitions(): readonly KubeObject[] {
  return [kustomizationDefinition(), ...SOURCES.map(([kind, plural, short]) => sourceDefinition(kind, plural, short))];
}

/** Out of the Go module that the controller was built from. */
function kustomizationDefinition(): KubeObject {
  const found = spawnSync('go', ['list', '-m', '-f', '{{.Dir}}', 'github.com/fluxcd/kustomize-controller'], {
    encoding: 'utf8',
    cwd: kustomizeControllerExecutable().module,
  });
  if (found.status !== 0) throw new Error(`expected the module of kustomize-controller, found: ${found.stderr}`);
  const file = 'kustomize.toolkit.fluxcd.io_kustomizations.yaml';
  return parse(readFileSync(join(found.stdout.trim(), 'config', 'crd', 'bases', file), 'utf8')) as KubeObject;
}

function sourceDefinition(kind: string, plural: string, shortName: string | undefined): KubeObject {
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  // As Flux's own: a new source has not been looked at by any controller.
  const status = { ...open, default: { observedGeneration: -1 } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${SOURCE_GROUP}` },
    spec: {
      group: SOURCE_GROUP,
      scope: 'Namespaced',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        ...(shortName === undefined ? {} : { shortNames: [shortName] }),
      },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: open, status } } },
        },
      ],
    },
  };
}
