import { describe, expect, test } from 'vitest';
import type { LoggedEvent } from '../../src/engine/event-log.ts';
import { type EmbeddedWatch, startEmbeddedWatch } from '../support/embedded-watch.ts';
import { configMap, kustomization, kustomizationFile } from '../support/flux-manifests.ts';

const TARGETS = ['platform', 'services', 'shop'];

/** shop depends on services, services on platform; all read one base. */
function chain(failing: ReadonlySet<string> = new Set()): Promise<EmbeddedWatch> {
  return startEmbeddedWatch({
    files: {
      'base/kustomization.yaml': kustomizationFile('settings.yaml'),
      'base/settings.yaml': configMap('settings', 'one'),
      ...Object.fromEntries(
        TARGETS.flatMap((name) => [
          [`${name}/kustomization.yaml`, kustomizationFile('../base', `${name}.yaml`)],
          [`${name}/${name}.yaml`, configMap(name, 'one')],
        ]),
      ),
    },
    objects: TARGETS.map((name, index) =>
      kustomization(name, index === 0 ? {} : { dependsOn: [{ name: TARGETS[index - 1] }] }),
    ),
    fail: (name) => (failing.has(name) ? `${name} is told to fail` : undefined),
  });
}

/** What Flux replaces by `colour` of the ConfigMap `settings`. */
const VARIABLE = ['$', '{colour}'].join('');

/** What was asked and what became Ready, in order. */
function story(events: readonly LoggedEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.type === 'EffectRequested' && event.effect === 'askTarget')
      return [`ask ${event.machine.split('/').at(-1)}`];
    if (event.type === 'TargetSettled') return [`${String(event.outcome)} ${String(event.target).split('/').at(-1)}`];
    return [];
  });
}

describe('dependsOn', () => {
  test('each is asked once the one it depends on is Ready at the new revision', async () => {
    const watch = await chain();
    await watch.allReady();
    const cycle = await watch.edit(() => watch.write('base/settings.yaml', configMap('settings', 'two')));
    expect(cycle.askedInOrder).toEqual(TARGETS);
    expect(story(cycle.events)).toEqual(TARGETS.flatMap((name) => [`ask ${name}`, `ready ${name}`]));
    await watch.allReady();
  });

  test('a save of the last in the chain asks it alone, though what it depends on runs too', async () => {
    const watch = await chain();
    await watch.allReady();
    const cycle = await watch.edit(() => watch.write('shop/shop.yaml', configMap('shop', 'two')));
    expect(cycle.asked).toEqual(['shop']);
    expect(watch.live('shop')).toBe('two');
    await watch.allReady();
  });

  test('a failed dependency blocks those behind it, by name; the fix releases them', async () => {
    const failing = new Set<string>();
    const watch = await chain(failing);
    await watch.allReady();
    failing.add('platform');
    const blocked = await watch.edit(() => watch.write('base/settings.yaml', configMap('settings', 'two')));
    expect(blocked.asked).toEqual(['platform']);
    expect(blocked.text).toContain('platform is told to fail');
    expect(blocked.text).toMatch(/services not asked: it depends on \S*platform, which is not Ready/);
    expect(blocked.text).toMatch(/shop not asked: it depends on \S*services, which is not Ready/);

    failing.clear();
    const released = await watch.edit(async () => {
      watch.write('platform/platform.yaml', configMap('platform', 'fixed'));
      await watch.until('shop having been asked', () => story(watch.events).at(-1) === 'ready shop');
    });
    expect(released.asked).toEqual(TARGETS);
    await watch.allReady();
    expect(watch.live('settings')).toBe('two');
    expect(watch.live('platform')).toBe('fixed');
  });
});

describe('followers', () => {
  test('a target that takes variables from a ConfigMap is asked once the target that makes it is Ready', async () => {
    const watch = await startEmbeddedWatch({
      files: {
        'settings/kustomization.yaml': kustomizationFile('settings.yaml'),
        'settings/settings.yaml': configMap('settings', 'blue', 'flux-system').replace('value:', 'colour:'),
        'web/kustomization.yaml': kustomizationFile('web.yaml'),
        'web/web.yaml': configMap('web', VARIABLE),
        'docs/kustomization.yaml': kustomizationFile('docs.yaml'),
        'docs/docs.yaml': configMap('docs', 'one'),
      },
      objects: [
        kustomization('settings'),
        kustomization('docs'),
        kustomization('web', {
          dependsOn: [{ name: 'settings' }],
          postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'settings' }] },
        }),
      ],
    });
    expect(watch.live('web')).toBe('blue');
    const cycle = await watch.edit(() =>
      watch.write('settings/settings.yaml', configMap('settings', 'green', 'flux-system').replace('value:', 'colour:')),
    );
    expect(story(cycle.events)).toEqual(['ask settings', 'ready settings', 'ask web', 'ready web']);
    expect(watch.live('web')).toBe('green');
  });
});
