import { describe, expect, test } from 'vitest';
import type { WatchSessionOptions } from '../../src/cli/watch-session.ts';
import { type EmbeddedWatch, startEmbeddedWatch } from '../support/embedded-watch.ts';
import { configMap, kustomization, kustomizationFile, NAMESPACE } from '../support/flux-manifests.ts';

const SHOP = 'OCIRepository/flux-system/shop spec.ref.tag';

function watchOf(watch: Partial<WatchSessionOptions>, settled = true): Promise<EmbeddedWatch> {
  return startEmbeddedWatch({
    files: { 'web/kustomization.yaml': kustomizationFile('web.yaml'), 'web/web.yaml': configMap('web', 'one') },
    objects: [kustomization('web')],
    watch,
    settled,
  });
}

const followed = ({ cluster }: EmbeddedWatch): unknown =>
  (cluster.objects.get('OCIRepository', NAMESPACE, 'shop')?.spec?.ref as { tag?: unknown } | undefined)?.tag;

describe('a source that follows another tag than the one of the watch', () => {
  test('is set right before the watch begins, with a line that says so: saves arrive', async () => {
    const watch = await watchOf({ tag: 'dev', repair: true });
    expect(watch.text()).toContain(`${SHOP} was latest, set to dev`);
    expect(followed(watch)).toBe('dev');
    await watch.edit(() => watch.write('web/web.yaml', configMap('web', 'two')));
    expect(watch.live('web')).toBe('two');
  });

  test.each([
    ['--no-repair', { repair: false }],
    ['--dry-run', { repair: true, dryRun: true }],
  ])('is left with %s, and told', async (_option, options) => {
    const watch = await watchOf({ tag: 'dev', full: undefined, ...options }, false);
    expect(watch.text()).toContain(`${SHOP} is latest, dev is configured`);
    expect(followed(watch)).toBe('latest');
  });
});
