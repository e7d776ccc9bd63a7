import type { KubeObject } from '../../src/domain/kube-object.ts';
import { Random } from './random.ts';

const NAMESPACE = 'flux-system';

/** What one run begins with. */
export interface Layout {
  readonly files: Readonly<Record<string, string>>;
  readonly objects: readonly KubeObject[];
  /** Kustomizations that a step may create: their directories are there, they are not. */
  readonly spares: readonly KubeObject[];
  /** What was pushed before the first process: by this tool, by another, or nothing yet. */
  readonly before: 'ours' | 'foreign' | 'nothing';
  /** The first look asks everything. */
  readonly isInitial: boolean;
  readonly hasGenerator: boolean;
}

export function layoutOf(seed: number, isMarked = false): Layout {
  const random = new Random(seed ^ 0x51f15e);
  const files: Record<string, string> = { 'README.md': 'hello\n' };
  for (const base of ['b0', 'b1']) {
    files[`base/${base}/kustomization.yaml`] = kustomization(['cm.yaml']);
    files[`base/${base}/cm.yaml`] = configMap(base, 0);
  }
  const count = 2 + random.below(4);
  const hasGenerator = random.chance(0.35);
  const objects: KubeObject[] = [source()];
  for (let index = 0; index < count; index += 1) {
    const name = `t${index}`;
    const composed = hasGenerator && index === count - 1;
    addDirectory(files, name, random, composed);
    const dependsOn = range(index)
      .filter(() => random.chance(0.25))
      .map((other) => ({ name: `t${other}` }));
    objects.push(target(name, composed ? 'ExternalArtifact' : 'OCIRepository', composed ? 'part' : 'shop', dependsOn));
    if (composed) objects.push(generator(name), externalArtifact());
  }
  if (random.chance(0.3)) {
    files['tools/kustomization.yaml'] = kustomization(['x.yaml']);
    files['tools/x.yaml'] = configMap('tools', 0);
  }
  addDirectory(files, 's0', random, false);
  const known = random.chance(0.75);
  return {
    files,
    objects: isMarked ? objects.map(marked) : objects,
    spares: [target('s0', 'OCIRepository', 'shop', random.chance(0.5) ? [{ name: 't0' }] : [])],
    before: known ? 'ours' : random.pick(['foreign', 'nothing']),
    isInitial: known ? random.chance(0.1) : true,
    hasGenerator,
  };
}

/** Every other target has labels and annotations of its own: whoever changes something there leaves them as they are. */
function marked(object: KubeObject, index: number): KubeObject {
  if (object.kind !== 'Kustomization' || index % 2 === 0) return object;
  const metadata = { ...object.metadata, labels: { team: 'shop' }, annotations: { 'example.com/note': 'stays' } };
  return { ...object, metadata };
}

function addDirectory(files: Record<string, string>, name: string, random: Random, isAlone: boolean): void {
  const directory = `apps/${name}`;
  const shape = random.below(4);
  files[`${directory}/cm.yaml`] = configMap(name, 0);
  if (shape === 0) {
    files[`${directory}/more.yaml`] = configMap(`${name}-more`, 0);
    return;
  }
  const bases = isAlone ? [] : ['b0', 'b1'].filter(() => random.chance(0.4)).map((base) => `../../base/${base}`);
  if (shape === 1) files[`${directory}/settings.env`] = 'A=0\n';
  files[`${directory}/kustomization.yaml`] = kustomization(['cm.yaml', ...bases], shape === 1 ? ['settings.env'] : []);
  if (shape === 2) files[`${directory}/notes.txt`] = 'notes 0\n';
}

export function configMap(name: string, value: number): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: default\ndata:\n  value: "${value}"\n`;
}

export function kustomization(resources: readonly string[], generated: readonly string[] = []): string {
  const list = resources.length === 0 ? '' : `resources:\n${resources.map((entry) => `- ${entry}\n`).join('')}`;
  if (generated.length === 0) return list === '' ? 'namespace: default\n' : list;
  return `${list}configMapGenerator:\n- name: settings\n  files:\n${generated.map((entry) => `  - ${entry}\n`).join('')}`;
}

export const BROKEN = 'kind: [\n';

function target(
  name: string,
  kind: string,
  sourceName: string,
  dependsOn: readonly { readonly name: string }[],
): KubeObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: NAMESPACE },
    spec: { path: `./apps/${name}`, sourceRef: { kind, name: sourceName }, dependsOn, suspend: false },
  };
}

function source(): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name: 'shop', namespace: NAMESPACE },
    spec: { url: 'oci://registry.local/shop', ref: { tag: 'latest' }, suspend: false },
  };
}

function generator(name: string): KubeObject {
  return {
    apiVersion: 'source.extensions.fluxcd.io/v1beta1',
    kind: 'ArtifactGenerator',
    metadata: { name: 'parts', namespace: NAMESPACE },
    spec: {
      sources: [{ alias: 'shop', kind: 'OCIRepository', name: 'shop' }],
      artifacts: [{ name: 'part', copy: [{ from: `@shop/apps/${name}/**`, to: `@artifact/apps/${name}/` }] }],
    },
  };
}

function externalArtifact(): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'ExternalArtifact',
    metadata: { name: 'part', namespace: NAMESPACE },
    spec: {},
  };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
