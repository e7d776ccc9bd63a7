import { describe, expect, test } from 'vitest';
import { kubernetesSchema } from '../../src/embedded/schema/kubernetes-schema.ts';
import { mergePatch } from '../../src/embedded/store/merge-patch.ts';
import { strategicMergePatch } from '../../src/embedded/store/strategic-merge-patch.ts';

const DEPLOYMENT = kubernetesSchema('apps.v1.Deployment');
const A = {
  name: 'a',
  image: 'a',
  env: [
    { name: 'X', value: '1' },
    { name: 'Y', value: '2' },
  ],
  args: ['x', 'y'],
};
const B = { name: 'b', image: 'b' };
const BEFORE = {
  metadata: { finalizers: ['a.b/c', 'a.b/d'], labels: { l: '1', m: '2' } },
  spec: {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
    template: {
      spec: {
        tolerations: [{ key: 't' }],
        containers: [A, B],
        volumes: [
          { name: 'v', emptyDir: {} },
          { name: 'w', configMap: { name: 'q' } },
        ],
      },
    },
  },
};

const pod = (fields: Record<string, unknown>) => ({ spec: { template: { spec: fields } } });
const metadata = (fields: Record<string, unknown>) => ({ metadata: fields });

describe('a strategic merge patch', () => {
  const container = { name: 'c', image: 'c' };
  test.each([
    [
      'merges a list by its key',
      pod({ containers: [{ name: 'a', image: 'z' }] }),
      pod({ containers: [{ ...A, image: 'z' }, B] }),
    ],
    ['puts new items first', pod({ containers: [container] }), pod({ containers: [container, A, B] })],
    ['deletes an item', pod({ containers: [{ name: 'b', $patch: 'delete' }] }), pod({ containers: [A] })],
    ['replaces a list', pod({ containers: [container, { $patch: 'replace' }] }), pod({ containers: [container] })],
    [
      'sets an order',
      pod({ '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] }),
      pod({ containers: [B, A] }),
    ],
    [
      'sets an order of old and new items',
      pod({ '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }, { name: 'a' }], containers: [container] }),
      pod({ containers: [container, B, A] }),
    ],
    [
      'merges lists within items',
      pod({
        containers: [
          {
            name: 'a',
            env: [
              { name: 'X', $patch: 'delete' },
              { name: 'Z', value: '3' },
            ],
          },
        ],
      }),
      pod({
        containers: [
          {
            ...A,
            env: [
              { name: 'Z', value: '3' },
              { name: 'Y', value: '2' },
            ],
          },
          B,
        ],
      }),
    ],
    ['replaces a list without a key', pod({ tolerations: [{ key: 'u' }] }), pod({ tolerations: [{ key: 'u' }] })],
    [
      'adds to a list of values',
      metadata({ finalizers: ['a.b/e'] }),
      metadata({ finalizers: ['a.b/e', 'a.b/c', 'a.b/d'] }),
    ],
    [
      'takes from a list of values',
      metadata({ '$deleteFromPrimitiveList/finalizers': ['a.b/c'] }),
      metadata({ finalizers: ['a.b/d'] }),
    ],
    [
      'adds, takes and orders at once',
      metadata({
        '$deleteFromPrimitiveList/finalizers': ['a.b/c'],
        '$setElementOrder/finalizers': ['a.b/e', 'a.b/d'],
        finalizers: ['a.b/e'],
      }),
      metadata({ finalizers: ['a.b/e', 'a.b/d'] }),
    ],
    ['replaces a map', metadata({ labels: { $patch: 'replace', n: '3' } }), metadata({ labels: { n: '3' } })],
    ['deletes by null', metadata({ labels: { l: null } }), metadata({ labels: { m: '2' } })],
    [
      'keeps only what $retainKeys names',
      pod({ volumes: [{ name: 'w', $retainKeys: ['name', 'emptyDir'], emptyDir: {} }] }),
      pod({
        volumes: [
          { name: 'v', emptyDir: {} },
          { name: 'w', emptyDir: {} },
        ],
      }),
    ],
    [
      'drops what the new type of a strategy does not have',
      { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
      { spec: { strategy: { type: 'Recreate' } } },
    ],
    ['takes no notice of an empty list', pod({ volumes: [] }), pod({ volumes: BEFORE.spec.template.spec.volumes })],
    ['deletes what is not there', pod({ containers: [{ name: 'zz', $patch: 'delete' }] }), pod({ containers: [A, B] })],
  ])('%s', (_promise, patch, expected) => {
    const after = strategicMergePatch(BEFORE, patch, DEPLOYMENT);
    expect(after).toEqual(mergePatch(expectedBase(patch), expected));
  });

  test.each([
    [{ metadata: { labels: { $patch: 'foo' } } }, 500, 'unknown patch type: foo in map: map[$patch:foo]'],
    [pod({ containers: [{ image: 'z' }] }), 500, 'map: map[image:z] does not contain declared merge key: name'],
    [
      pod({ '$setElementOrder/containers': [{ name: 'b' }], containers: [{ name: 'zz', image: 'z' }] }),
      500,
      "The order in patch list:\n[map[image:z name:zz]]\n doesn't match $setElementOrder list:\n[map[name:b]]\n",
    ],
    [
      { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate', rollingUpdate: {} } } },
      400,
      'invalid patch format of retainKeys',
    ],
  ])('%j is refused as the real server does', (patch, code, message) => {
    expect(() => strategicMergePatch(BEFORE, patch, DEPLOYMENT)).toThrow(expect.objectContaining({ code, message }));
  });

  test('leaves what it patches as it was', () => {
    const copy = structuredClone(BEFORE);
    strategicMergePatch(BEFORE, pod({ containers: [{ name: 'a', $patch: 'delete' }] }), DEPLOYMENT);
    expect(BEFORE).toEqual(copy);
  });
});

/** The object before, without the parts that a patch names as a whole, so that the expectation stands alone there. */
function expectedBase(patch: Record<string, unknown>): unknown {
  const base = structuredClone(BEFORE) as Record<string, unknown>;
  if (JSON.stringify(patch).includes('labels')) Object.assign(base.metadata as object, { labels: {} });
  if (JSON.stringify(patch).includes('strategy')) Object.assign(base.spec as object, { strategy: {} });
  return base;
}
