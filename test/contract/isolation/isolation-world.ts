import { expect, type TestContext } from 'vitest';
import type { KubeObject } from '../../../src/domain/kube-object.ts';
import { LEASES } from '../../../src/effects/session-lease.ts';
import { pushFiles } from '../../embedded/push-files.ts';
import { inventoryOf, isReady, lineOf } from '../flux/observed-status.ts';
import { resourceFor } from '../flux/resources.ts';
import type { FluxSubject } from '../flux/subject.ts';
import { type Files, type FluxWorld, openWorld } from '../flux/world.ts';

/** Each has a ConfigMap of its name. `child` comes out of the repository, by way of `parent`. */
export const TARGETS = ['bare', 'noted', 'waiting', 'child'] as const;
export type Target = (typeof TARGETS)[number];

const FLUX_MS = 10_000;
const SETTLED_MS = 60_000;
const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt';

/** A repository with Kustomizations on one OCIRepository `repo`, all of them Ready. */
export interface IsolationWorld {
  readonly flux: FluxWorld;
  readonly revision: string;
  live(target: string): Promise<KubeObject>;
  shared(): Promise<KubeObject>;
  /** Pushes what `target` alone would read, its ConfigMap with this value, and another one beside it where wanted; returns the digest. */
  pushOwn(target: string, value: string, more?: boolean): Promise<string>;
  /** Resolves once source-controller serves this digest for the source. */
  served(source: string, digest: string): Promise<void>;
  /** Spec, labels and annotations of every Kustomization and source, but for the requests that tests make. */
  declared(): Promise<unknown>;
  /** uid and value of each ConfigMap by name. */
  applied(): Promise<Readonly<Record<string, unknown>>>;
  leases(): Promise<readonly KubeObject[]>;
  /** The Leases of the namespace look as if nobody had renewed them for an hour. */
  expireLeases(): Promise<void>;
  /** Resolves once Flux is through with the shared source on all targets, and nothing else is applied than what that holds. */
  settled(): Promise<void>;
}

export async function openIsolationWorld(subject: FluxSubject, context: TestContext): Promise<IsolationWorld> {
  const flux = await openWorld(subject, context);
  const { client } = subject;
  const repository = `${flux.namespace}/repo`;
  const child = kustomization('child', flux.namespace, { metadata: { labels: { team: 'shop' } } });
  const files: Files = {
    ...Object.fromEntries(TARGETS.map((name) => [`${name}/cm.yaml`, flux.configMap(name)])),
    'parent/child.yaml': JSON.stringify(child),
  };
  const revision = await flux.push(files);
  await flux.source();
  await flux.kustomization('parent');
  await flux.kustomization('bare');
  const annotations = { note: 'mine', 'kustomize.toolkit.fluxcd.io/reconcile': 'enabled' };
  await flux.kustomization('noted', {}, { annotations, labels: { 'app.kubernetes.io/part-of': 'shop' } });
  const repo = { kind: 'OCIRepository', name: 'repo', namespace: flux.namespace };
  await flux.kustomization('waiting', { dependsOn: [{ name: 'bare' }], sourceRef: repo });
  for (const name of ['parent', ...TARGETS]) await flux.ready(name, revision);

  async function listed(kind: 'Kustomization' | 'OCIRepository' | 'ConfigMap'): Promise<readonly KubeObject[]> {
    return (await client.list(resourceFor(kind), { namespace: flux.namespace })).items;
  }

  async function present(kind: string, name: string): Promise<KubeObject> {
    const object = await flux.get(kind, name);
    if (object === undefined) throw new Error(`expected ${kind} ${name}, found none`);
    return object;
  }

  async function applied(): Promise<Readonly<Record<string, unknown>>> {
    const maps = (await listed('ConfigMap')).filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt');
    return Object.fromEntries(maps.map(({ metadata, data }) => [metadata.name, { uid: metadata.uid, data }]));
  }

  const repositoryHolds = await applied();
  let asked = 0;

  return {
    flux,
    revision,
    live: (target) => present('Kustomization', target),
    shared: () => present('OCIRepository', 'repo'),
    pushOwn: (target, value, more = false) =>
      pushFiles(
        subject.registry,
        repository,
        {
          [`${target}/cm.yaml`]: flux.configMap(target, value),
          ...(more ? { [`${target}/more.yaml`]: flux.configMap(`${target}-more`, value) } : {}),
        },
        `own-${target}`,
      ),
    async served(source, digest) {
      await flux.eventually('OCIRepository', source, (object) => JSON.stringify(object?.status ?? {}).includes(digest));
    },
    async declared() {
      const objects = [...(await listed('Kustomization')), ...(await listed('OCIRepository'))];
      return objects
        .map(({ kind, metadata: { name, labels, annotations }, spec }) => {
          const { [REQUESTED_AT]: asked, ...others } = annotations ?? {};
          const isOnlyAsked = asked !== undefined && Object.keys(others).length === 0;
          return {
            kind,
            name,
            labels,
            annotations: annotations === undefined || isOnlyAsked ? undefined : others,
            spec,
          };
        })
        .sort((a, b) => (`${a.kind}/${a.name}` < `${b.kind}/${b.name}` ? -1 : 1));
    },
    applied,
    leases: async () => (await client.list(LEASES, { namespace: flux.namespace })).items,
    async expireLeases() {
      const { items } = await client.list(LEASES, { namespace: flux.namespace });
      const renewTime = new Date(Date.now() - 3_600_000).toISOString().replace('Z', '000Z');
      for (const { metadata } of items) {
        await client.patch({ ...LEASES, namespace: flux.namespace, name: metadata.name }, { spec: { renewTime } });
      }
    },
    async settled() {
      const isSettled = async (): Promise<boolean> => {
        const targets = await listed('Kustomization');
        const isRepository = JSON.stringify(await applied()) === JSON.stringify(repositoryHolds);
        return isRepository && targets.every((target) => isReady(target, revision));
      };
      if (await within(FLUX_MS, isSettled)) return;
      // A run that began while the one before it was still writing its status goes by an older one, and nothing tells it so until the
      // interval is over: Flux's own matter, brought forward here. Dependents are asked by themselves.
      asked += 1;
      for (const name of TARGETS) await flux.askFor('Kustomization', name, `settle ${asked}`);
      await within(SETTLED_MS, isSettled);
      const targets = await listed('Kustomization');
      const described = targets.map((one) => `${one.metadata.name} ${lineOf(one)} ${inventoryOf(one)}`).join('\n');
      expect(await applied(), described).toEqual(repositoryHolds);
      expect(
        targets.every((target) => isReady(target, revision)),
        described,
      ).toBe(true);
    },
  };
}

async function within(ms: number, isSo: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (!(await isSo())) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return true;
}

export function kustomization(name: string, namespace: string, more: { readonly metadata?: object } = {}): KubeObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace, ...more.metadata },
    spec: { interval: '10m', prune: true, path: `./${name}`, sourceRef: { kind: 'OCIRepository', name: 'repo' } },
  };
}
