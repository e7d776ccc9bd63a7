import { describe, expect, it } from 'vitest';
import {
  asked,
  configMap,
  decided,
  fluxKustomization,
  kustomization,
  MappedRepository,
} from '../support/mapped-repository.ts';

/**
 * A shop with two apps on one shared base:
 *
 *   cart      apps/cart      → bases/web
 *   catalog   apps/catalog   → bases/web
 *   infra     infra          (a component that may be missing, a generator)
 */
function shop(): MappedRepository {
  return new MappedRepository({
    files: {
      'kustomization.yaml': kustomization('apps/cart', 'apps/catalog', 'infra'),
      'root.yaml': configMap('root'),
      '.sourceignore': '/docs/\n*.draft\n',
      'docs/guide.yaml': configMap('guide'),
      'bases/web/kustomization.yaml': kustomization('web.yaml'),
      'bases/web/web.yaml': configMap('web'),
      'apps/README.md': '# Apps\n',
      'apps/cart/kustomization.yaml': kustomization('../../bases/web', 'cart.yaml'),
      'apps/cart/cart.yaml': configMap('cart'),
      'apps/cart/unused.yaml': configMap('unused'),
      'apps/cart/nested/note.yaml': configMap('note'),
      'apps/catalog/kustomization.yaml': kustomization('../../bases/web', 'catalog.yaml'),
      'apps/catalog/catalog.yaml': configMap('catalog'),
      'infra/kustomization.yaml': 'configMapGenerator:\n  - name: settings\n    files: [settings.md]\n',
      'infra/settings.md': 'named by a generator\n',
      'unclaimed/kustomization.yaml': kustomization('one.yaml'),
      'unclaimed/one.yaml': configMap('one'),
      'unclaimed/two.yaml': configMap('two'),
      'loose/thing.yaml': configMap('thing'),
    },
    objects: [
      fluxKustomization('cart', './apps/cart', { dependsOn: [{ name: 'infra' }] }),
      fluxKustomization('catalog', 'apps/catalog/'),
      fluxKustomization('infra', '/infra'),
    ],
  });
}

interface Row {
  readonly when: string;
  readonly save: Readonly<Record<string, string | undefined>>;
  readonly decision: string;
  readonly asks: readonly string[];
  readonly because?: RegExp;
  readonly holds?: readonly string[];
}

const ALL = ['infra by full', 'cart by full', 'catalog by full'];

// One line of the table of precedence after the other; the first that fits decides.
const TABLE: readonly Row[] = [
  {
    when: 'a file that .sourceignore keeps out of the source',
    save: { 'docs/guide.yaml': configMap('guide', '2') },
    decision: 'none: ignored',
    asks: [],
    because: /excluded from the source by \/docs\/ \(\.sourceignore/,
  },
  {
    when: 'a file that no build can read, and none names',
    save: { 'apps/README.md': '# Applications\n' },
    decision: 'none: ignored',
    asks: [],
    because: /no build reads such a file \(\*\.md\)/,
  },
  {
    when: 'a file of that kind that a generator names',
    save: { 'infra/settings.md': 'changed\n' },
    decision: 'targeted: closure',
    asks: ['infra by closure'],
  },
  {
    when: 'a touch that leaves the content as it was',
    save: { 'apps/cart/cart.yaml': configMap('cart') },
    decision: 'none: unchanged',
    asks: [],
    because: /same content as before/,
  },
  {
    when: 'a path that came and went between two looks',
    save: { 'apps/cart/fleeting.yaml': undefined },
    decision: 'none: unchanged',
    asks: [],
  },
  {
    when: 'a manifest that does not parse',
    save: { 'apps/cart/cart.yaml': 'apiVersion: v1\nkind: [ConfigMap\n' },
    decision: 'held: held',
    asks: [],
    holds: ['cart'],
    because: /^apps\/cart\/cart\.yaml:\d+:\d+: /,
  },
  {
    when: 'a shared manifest that does not parse',
    save: { 'bases/web/web.yaml': 'a: b: c\n' },
    decision: 'held: held',
    asks: [],
    holds: ['cart', 'catalog'],
  },
  {
    when: 'a kustomization file with a field of the wrong shape',
    save: { 'apps/catalog/kustomization.yaml': 'resources: catalog.yaml\n' },
    decision: 'held: held',
    asks: [],
    holds: ['catalog'],
  },
  {
    when: 'the deletion of a file that a kustomization names',
    save: { 'apps/cart/cart.yaml': undefined },
    decision: 'held: held',
    asks: [],
    holds: ['cart'],
    because: /cart\.yaml/,
  },
  {
    when: 'a kustomization file that names a file that is not there',
    save: { 'apps/cart/kustomization.yaml': kustomization('cart.yaml', 'missing.yaml') },
    decision: 'held: held',
    asks: [],
    holds: ['cart'],
  },
  {
    when: 'a file in no closure that does not parse',
    save: { 'apps/cart/unused.yaml': 'a: b: c\n' },
    decision: 'held: held',
    asks: [],
    holds: [],
  },
  {
    when: 'a file directly in the watched directory',
    save: { 'root.yaml': configMap('root', '2') },
    decision: 'full: root-level',
    asks: ALL,
    because: /root\.yaml lies directly in the watched directory/,
  },
  {
    when: 'the kustomization file of the watched directory',
    save: { 'kustomization.yaml': kustomization('apps/cart') },
    decision: 'full: root-level',
    asks: ALL,
  },
  {
    when: 'a file without a kustomization file between it and the watched directory',
    save: { 'loose/thing.yaml': configMap('thing', '2') },
    decision: 'full: root-level',
    asks: ALL,
    because: /no kustomization file between/,
  },
  {
    when: 'a kustomization that includes itself',
    save: { 'apps/cart/kustomization.yaml': kustomization('../cart', 'cart.yaml') },
    decision: 'full: ambiguous',
    asks: ALL,
    because: /cart/,
  },
  {
    when: 'a kustomization that reads outside of the root',
    save: { 'apps/cart/kustomization.yaml': kustomization('../../../elsewhere') },
    decision: 'full: ambiguous',
    asks: ALL,
    because: /elsewhere/,
  },
  {
    when: 'a manifest in one closure',
    save: { 'apps/cart/cart.yaml': configMap('cart', '2') },
    decision: 'targeted: closure',
    asks: ['cart by closure'],
  },
  {
    when: 'a manifest of a shared base',
    save: { 'bases/web/web.yaml': configMap('web', '2') },
    decision: 'targeted: closure',
    asks: ['cart by closure', 'catalog by closure'],
  },
  {
    when: 'a kustomization file',
    save: { 'apps/catalog/kustomization.yaml': kustomization('catalog.yaml') },
    decision: 'targeted: closure',
    asks: ['catalog by closure'],
  },
  {
    when: 'a file beside a kustomization that does not name it',
    save: { 'apps/cart/unused.yaml': configMap('unused', '2') },
    decision: 'targeted: nearest-owner',
    asks: ['cart by nearest-owner'],
    because: /nearest kustomization is apps\/cart/,
  },
  {
    when: 'a new file some way below a kustomization',
    save: { 'apps/cart/nested/deep/new.yaml': configMap('new') },
    decision: 'targeted: nearest-owner',
    asks: ['cart by nearest-owner'],
  },
  {
    when: 'a file below a kustomization that is no target’s path',
    save: { 'unclaimed/two.yaml': configMap('two', '2') },
    decision: 'full: unmapped',
    asks: ALL,
    because: /unclaimed/,
  },
  {
    when: 'a file beside a base, which is no target’s path either',
    save: { 'bases/web/extra.yaml': configMap('extra') },
    decision: 'full: unmapped',
    asks: ALL,
  },
];

describe('the table of precedence', () => {
  it.each(TABLE)('$when: $decision', ({ save, decision, asks, because, holds }) => {
    const resolution = shop().save(save);
    expect(decided(resolution)).toEqual([decision]);
    expect(asked(resolution)).toEqual(asks);
    expect(resolution.held.map(({ id }) => id.split('/').at(-1))).toEqual(holds ?? []);
    expect(resolution.decisions[0]?.detail).toMatch(because ?? /./);
    expect(resolution.full?.reason).toBe(decision.startsWith('full') ? decision.slice('full: '.length) : undefined);
  });

  it('a file without read permission: full, ambiguous, naming the file', () => {
    const repository = shop();
    repository.tree.unreadable.add('apps/cart/cart.yaml');
    const resolution = repository.resolve(['apps/cart/cart.yaml']);
    expect(decided(resolution)).toEqual(['full: ambiguous']);
    expect(resolution.full?.detail).toMatch(/apps\/cart\/cart\.yaml.*EACCES/);
    expect(asked(resolution)).toEqual(ALL);
  });

  it('a spec.path that stops existing: full, ambiguous, naming the target', () => {
    const repository = shop();
    repository.tree.files.set('apps/kustomization.yaml', kustomization());
    repository.resolve(['apps/kustomization.yaml']);
    const resolution = repository.save({
      'apps/catalog/kustomization.yaml': undefined,
      'apps/catalog/catalog.yaml': undefined,
    });
    expect(decided(resolution)).toEqual(['full: ambiguous', 'full: ambiguous']);
    expect(resolution.full?.detail).toMatch(/Kustomization\/flux-system\/catalog.*does not exist/);
    expect(resolution.affected.find(({ id }) => id.endsWith('/catalog'))?.digest).toBeUndefined();
  });

  it('a change of .sourceignore, wherever it lies: full, since any file may be in or out now', () => {
    const repository = shop();
    expect(decided(repository.save({ '.sourceignore': '*.draft\n' }))).toContain('full: root-level');
    expect(decided(repository.save({ 'apps/cart/.sourceignore': 'x\n' }))).toContain('full: ambiguous');
  });
});

describe('a batch', () => {
  it('is a full reconcile as soon as one of its paths is', () => {
    const resolution = shop().save({
      'apps/cart/cart.yaml': configMap('cart', '2'),
      'root.yaml': configMap('root', '2'),
    });
    expect(decided(resolution)).toEqual(['targeted: closure', 'full: root-level']);
    expect(asked(resolution)).toEqual(['infra by full', 'cart by closure', 'catalog by full']);
  });

  it('holds the targets of a broken file and lets all others go on', () => {
    const resolution = shop().save({
      'apps/cart/cart.yaml': 'a: b: c\n',
      'apps/catalog/catalog.yaml': configMap('catalog', '2'),
    });
    expect(asked(resolution)).toEqual(['catalog by closure']);
    expect(resolution.held.map(({ id }) => id)).toEqual(['Kustomization/flux-system/cart']);
    expect(resolution.held[0]?.problem).toMatchObject({ path: 'apps/cart/cart.yaml', kind: 'parse' });
    expect(resolution.digests).not.toHaveProperty(['Kustomization/flux-system/cart']);
  });

  it('lets a target go on that reads a sound file, though another reader of that file is broken', () => {
    const repository = shop();
    repository.save({ 'apps/cart/cart.yaml': 'a: b: c\n' });
    const resolution = repository.save({ 'bases/web/web.yaml': configMap('web', '2') });
    expect(decided(resolution)).toEqual(['targeted: closure']);
    expect(asked(resolution)).toEqual(['catalog by closure']);
    expect(resolution.held).toHaveLength(1);
  });

  it('asks dependencies before their dependents', () => {
    const resolution = shop().resolve([], { reason: 'requested', detail: 'asked for' });
    expect(asked(resolution)).toEqual(ALL);
    expect(resolution.full).toEqual({ reason: 'requested', detail: 'asked for' });
  });

  it('counts the targets that a shared source makes Flux run besides', () => {
    const repository = shop();
    expect(repository.save({ 'apps/cart/cart.yaml': configMap('cart', '2') }).bystanders).toBe(2);
    repository.reconciled();
    expect(repository.save({ 'apps/README.md': '# More\n' }).bystanders).toBe(0);
  });
});
