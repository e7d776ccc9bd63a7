import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LEASE_RENEW_EVERY_MS } from '../../src/domain/isolation/session-lease.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { objectId } from '../../src/domain/target.ts';
import { REQUESTED_AT } from '../../src/effects/ask-flux.ts';
import { type Clock, systemClock } from '../../src/engine/clock.ts';
import { targetMachineId } from '../../src/machines/messages.ts';
import { MANIFEST_MEDIA_TYPE } from '../../src/registry/artifact-manifest.ts';
import { runMain } from '../cli/run-main.ts';
import type { EmbeddedWatch } from '../support/embedded-watch.ts';
import { configMap, kustomization, kustomizationFile, NAMESPACE } from '../support/flux-manifests.ts';
import { FEW, few, filesOf, isolating, runsSince, sourceOf, specsOf } from '../support/isolating-watch.ts';

/** In place of ten seconds. */
const RENEWED_EVERY_MS = 50;
const IMPATIENT = { ...DEFAULT_LIMITS, targetBackoffMsMin: 20, targetBackoffMsMax: 50, breakerOpenMsMin: 100 };

describe('the registry, in the middle of a push of one target alone', () => {
  it('away for a while: tried again by itself, and the save arrives', async () => {
    const watch = await few();
    watch.registry.faults.next({ match: { method: 'PUT' }, dropConnection: true, times: 1 });
    watch.registry.faults.next({ match: { method: 'POST' }, status: 503, times: 1 });
    await watch.edit(async () => {
      watch.write('a/own.yaml', configMap('a', 'two'));
      await watch.until('the save being live', () => watch.live('a') === 'two');
    });
    expect(sourceOf(watch, 'a')).toBe('a-isolated');
  });

  const refusingUploads = (watch: EmbeddedWatch, status: number) =>
    watch.registry.faults.next({
      match: ({ method }) => method === 'POST' || method === 'PUT',
      status,
      times: 1_000,
    });

  it('read-only: the target is given up with the reason, the others go on, and the next save is another attempt', async () => {
    const watch = await few({}, { watch: { limits: IMPATIENT } });
    const fault = refusingUploads(watch, 405);
    await watch.edit(async () => {
      watch.write('a/own.yaml', configMap('a', 'two'));
      await watch.untilShown(/405.*seems to be read-only .* with --registry/);
    });
    expect(watch.live('a')).toBe('one');
    expect(sourceOf(watch, 'a')).toBe('shop');
    fault.cancel();
    await watch.edit(async () => {
      watch.write('a/own.yaml', configMap('a', 'three'));
      await watch.until('the save being live', () => watch.live('a') === 'three');
    });
  });

  it('full: that is said, and the save arrives by itself once there is room', async () => {
    const watch = await few({}, { watch: { limits: IMPATIENT } });
    const fault = refusingUploads(watch, 507);
    await watch.edit(async () => {
      watch.write('a/own.yaml', configMap('a', 'two'));
      await watch.untilShown(/507/);
      expect([watch.live('a'), sourceOf(watch, 'a')]).toEqual(['one', 'shop']);
      fault.cancel();
      await watch.until('the save being live', () => watch.live('a') === 'two');
    });
  });
});

describe('targets', () => {
  it('of one name in two namespaces have sources of their own beside themselves', async () => {
    const namespaces = [NAMESPACE, 'default'];
    const watch = await isolating({
      files: Object.fromEntries(
        ['one', 'two'].flatMap((name) => [
          [`${name}/kustomization.yaml`, kustomizationFile('own.yaml')],
          [`${name}/own.yaml`, configMap(name, 'one')],
        ]),
      ),
      objects: [
        kustomization('same', { path: './one' }, namespaces[0]),
        kustomization('same', { path: './two' }, namespaces[1]),
      ],
    });
    const before = specsOf(watch);
    watch.write('one/own.yaml', configMap('one', 'two'));
    await watch.edit(() => watch.write('two/own.yaml', configMap('two', 'two')));
    expect([watch.live('one'), watch.live('two')]).toEqual(['two', 'two']);
    for (const namespace of namespaces) {
      expect(watch.cluster.objects.get('OCIRepository', namespace, 'same-isolated'), namespace).toBeDefined();
    }
    await watch.session.stop();
    for (const id of Object.keys(before)) if (id.startsWith('Lease/')) delete before[id];
    expect(specsOf(watch)).toEqual(before);
  });

  it('that is deleted while it is isolated takes nothing along, and its source goes with the session', async () => {
    const watch = await few();
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    watch.cluster.objects.delete('Kustomization', NAMESPACE, 'a');
    await watch.edit(() => watch.write('b/own.yaml', configMap('b', 'two')));
    expect(watch.live('b')).toBe('two');
    await watch.session.stop();
    expect(watch.cluster.objects.list('OCIRepository').map(({ metadata }) => metadata.name)).toEqual(['shop']);
    expect(watch.cluster.objects.list('Lease')).toEqual([]);
  });

  it('that somebody points elsewhere meanwhile is left there', async () => {
    const watch = await few();
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    await watch.during(async () => {
      const sourceRef = { kind: 'OCIRepository', name: 'shop' };
      watch.cluster.objects.patch({ kind: 'Kustomization', namespace: NAMESPACE, name: 'a' }, { spec: { sourceRef } });
      await watch.until(
        'what is on the disk being live again',
        () => watch.live('a') === 'two' && sourceOf(watch, 'a') === 'shop',
      );
    });
    const cycle = await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'three')));
    expect(watch.live('a')).toBe('three');
    expect(sourceOf(watch, 'a')).toBe('shop');
    expect(cycle.text).toMatch(/somebody pointed it at another source/);
  });

  it('whose directory is renamed is held with the reason, keeps what it has, and goes on once the directory is back', async () => {
    const watch = await few();
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    const renamed = await watch.edit(() => renameSync(join(watch.dir, 'a'), join(watch.dir, 'renamed')));
    expect(renamed.text).toMatch(/held: flux-system\/a\n.*path "\.\/a" does not exist/);
    expect(renamed.events.filter(({ effect }) => effect === 'pushClosure')).toEqual([]);
    expect([watch.live('a'), sourceOf(watch, 'a')]).toEqual(['two', 'a-isolated']);
    await watch.edit(async () => {
      renameSync(join(watch.dir, 'renamed'), join(watch.dir, 'a'));
      watch.write('a/own.yaml', configMap('a', 'three'));
      await watch.until('the save being live', () => watch.live('a') === 'three');
    });
    expect(sourceOf(watch, 'a')).toBe('a-isolated');
  });

  it('whose files grow over the limit is held with the files that make it big', async () => {
    const watch = await few({}, { watch: { limits: { ...DEFAULT_LIMITS, closureBytesMax: 20_000 } } });
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    const grown = await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'x'.repeat(30_000))));
    expect(grown.text).toMatch(/held: flux-system\/a\n.*a\/own\.yaml/);
    expect([watch.live('a'), watch.live('b')]).toEqual(['two', 'one']);
    await watch.edit(async () => {
      watch.write('a/own.yaml', configMap('a', 'three'));
      await watch.until('the save being live', () => watch.live('a') === 'three');
    });
  });

  it('saved and undone at once end at what is on the disk, with no answer from before believed', async () => {
    const watch = await few();
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    const runs = { ...watch.flux.stats.runs };
    await watch.edit(async () => {
      watch.write('a/own.yaml', configMap('a', 'three'));
      await watch.until('the save being on its way', () =>
        watch.events.some(({ type, effect }) => type === 'EffectRequested' && effect === 'moveSource'),
      );
      watch.write('a/own.yaml', configMap('a', 'two'));
    });
    expect(watch.live('a')).toBe('two');
    expect(Object.keys(runsSince(watch, runs))).toEqual(['a']);
  });
});

describe('the own source of a target', () => {
  it('that somebody deletes is made again at once, with the same content', async () => {
    const watch = await few();
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    const before = watch.cluster.objects.get('OCIRepository', NAMESPACE, 'a-isolated');
    await watch.during(async () => {
      watch.cluster.objects.delete('OCIRepository', NAMESPACE, 'a-isolated');
      await watch.until('another one', () => {
        const now = watch.cluster.objects.get('OCIRepository', NAMESPACE, 'a-isolated');
        return now !== undefined && now.metadata.uid !== before?.metadata.uid;
      });
    });
    const made = watch.cluster.objects.get('OCIRepository', NAMESPACE, 'a-isolated');
    expect(made?.spec).toEqual(before?.spec);
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'three')));
    expect([watch.live('a'), sourceOf(watch, 'a')]).toEqual(['three', 'a-isolated']);
  });
});

describe('the right to move own sources', () => {
  it('taken away: the target is given up with the cure, others go on; after `retry` it is tried again', async () => {
    const watch = await few();
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    const fault = watch.cluster.faults.next({
      match: { verb: 'patch', resource: 'ocirepositories' },
      status: 403,
      times: 1_000,
    });
    await watch.edit(async () => {
      watch.write('a/own.yaml', configMap('a', 'three'));
      await watch.untilShown(/a-isolated, does not get what was saved: .* Grant the verb "patch" .* Or end the watch/);
      await watch.untilShown(/given up until the next save of it, or: reconcile-machine retry/);
    });
    expect([watch.live('a'), sourceOf(watch, 'a')]).toEqual(['two', 'a-isolated']);
    await watch.edit(() => watch.write('b/own.yaml', configMap('b', 'two')));
    expect(watch.live('b')).toBe('two');
    fault.cancel();
    await watch.during(async () => {
      watch.session.engine.dispatch({
        machine: targetMachineId(objectId('Kustomization', NAMESPACE, 'a')),
        type: 'RetryRequested',
      });
      await watch.until('the save being live', () => watch.live('a') === 'three');
    });
    expect(sourceOf(watch, 'a')).toBe('a-isolated');
  });
});

describe('an artifact of one target', () => {
  it('that the registry has lost is pushed again as soon as the source says so, without a save', async () => {
    const watch = await few();
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    const own = { kind: 'OCIRepository', namespace: NAMESPACE, name: 'a-isolated' };
    const source = () => watch.cluster.objects.get(own.kind, NAMESPACE, own.name);
    const { digest = '' } = (source()?.spec?.ref ?? {}) as { readonly digest?: string };
    await watch.during(async () => {
      const manifest = `${watch.registry.url}/v2/shop/manifests/${digest}`;
      expect((await fetch(manifest, { method: 'DELETE' })).status).toBe(202);
      watch.cluster.objects.patch(own, { metadata: { annotations: { [REQUESTED_AT]: new Date(0).toISOString() } } });
      await watch.until('the source being asked again', () => {
        const conditions = (source()?.status?.conditions ?? []) as readonly { type: string; status: string }[];
        const ready = conditions.find(({ type }) => type === 'Ready');
        const isAsked = source()?.metadata.annotations?.[REQUESTED_AT] !== new Date(0).toISOString();
        return isAsked && ready?.status === 'True';
      });
      expect((await fetch(manifest, { headers: { accept: MANIFEST_MEDIA_TYPE } })).status).toBe(200);
    });
    expect([watch.live('a'), sourceOf(watch, 'a')]).toEqual(['two', 'a-isolated']);
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'three')));
    expect(watch.live('a')).toBe('three');
  });
});

describe('what a Kustomization has besides', () => {
  it('stays its own: decryption, another cluster, variables, a namespace; and encrypted files are in its artifact as they are', async () => {
    const spec = {
      decryption: { provider: 'sops', secretRef: { name: 'sops-age' } },
      kubeConfig: { secretRef: { name: 'remote' } },
      postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'settings' }] },
      targetNamespace: 'elsewhere',
      images: [{ name: 'shop', newTag: '2' }],
    };
    const encrypted = (value: string): string =>
      `apiVersion: v1\nkind: Secret\nmetadata:\n  name: a-secret\nstringData:\n  token: ENC[AES256_GCM,data:${value},iv:eA==,tag:eQ==,type:str]\nsops:\n  age: []\n  mac: ENC[AES256_GCM,data:eg==,type:str]\n  version: 3.9.0\n`;
    const watch = await isolating({
      files: {
        ...filesOf(FEW),
        'a/kustomization.yaml': kustomizationFile('own.yaml', 'secret.sops.yaml'),
        'a/secret.sops.yaml': encrypted('b25l'),
      },
      objects: [kustomization('a', { ...spec, suspend: false }), kustomization('b'), kustomization('c')],
      settled: false,
      watch: { full: undefined },
    });
    const specOf = () => watch.cluster.objects.get('Kustomization', NAMESPACE, 'a')?.spec ?? {};
    const { sourceRef: reads, ...before } = specOf();
    watch.write('a/secret.sops.yaml', encrypted('dHdv'));
    await watch.until('the target reading its own source', () => sourceOf(watch, 'a') === 'a-isolated');
    const { sourceRef: _, ...isolated } = specOf();
    expect(isolated).toEqual(before);
    await watch.session.stop();
    expect(specOf()).toEqual({ ...before, sourceRef: reads });
  });
});

describe('a session whose Lease', () => {
  it('somebody deletes isolates nothing more; restoring puts its targets back, and they go on by the shared source', async () => {
    const clock: Clock = {
      ...systemClock,
      schedule: (callback, delayMs) =>
        systemClock.schedule(callback, delayMs === LEASE_RENEW_EVERY_MS ? RENEWED_EVERY_MS : delayMs),
    };
    const watch = await few({}, { watch: { clock } });
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    for (const { metadata } of watch.cluster.objects.list('Lease')) {
      watch.cluster.objects.delete('Lease', metadata.namespace, metadata.name);
    }
    await watch.untilShown(/targets go by the shared source from now on: Lease .* is gone/);
    const held = await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'three')));
    expect(held.text).toMatch(/isolated by this session, which is over: Lease .* is gone: somebody deleted it/);
    expect(held.text).toMatch(/reconcile-machine restore/);
    expect([watch.live('a'), sourceOf(watch, 'a')]).toEqual(['two', 'a-isolated']);
    await watch.edit(() => watch.write('b/own.yaml', configMap('b', 'two')));
    expect([watch.live('b'), sourceOf(watch, 'b')]).toEqual(['two', 'shop']);
    await watch.during(async () => {
      const kubeconfig = join(watch.home, 'kubeconfig');
      const { code, stderr } = await runMain(['restore', '--yes', '--kubeconfig', kubeconfig]);
      expect(code, stderr).toBe(0);
      await watch.until('what is on the disk being live', () => watch.live('a') === 'three');
    });
    expect(sourceOf(watch, 'a')).toBe('shop');
    expect(watch.cluster.objects.get('OCIRepository', NAMESPACE, 'a-isolated')).toBeUndefined();
  });
});

describe('hooks', () => {
  it('run once a cycle, however many artifacts it pushes; one that fails ends it, and nothing is pushed', async () => {
    const watch = await few({}, { watch: { hooks: ['echo run >> ../hook.log; test ! -e ../broken'] } });
    const log = join(watch.home, 'hook.log');
    const runs = (): number => readFileSync(log, 'utf8').split('run').length - 1;
    const before = runs();
    await watch.edit(() => watch.write('base/settings.yaml', configMap('settings', 'two')));
    expect(watch.live('settings')).toBe('two');
    expect(runs() - before).toBe(1);
    writeFileSync(join(watch.home, 'broken'), '');
    const failed = await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    expect(failed.pushes).toBe(0);
    expect(watch.live('a')).toBe('one');
    expect(failed.text).toMatch(/flux-system\/a failed/);
  });
});
