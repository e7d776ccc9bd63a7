import { describe, expect, it } from 'vitest';
import { createObjectStore } from '../../src/cluster/store.ts';
import { kustomization } from './scripted-client.ts';

const labelled = (name: string, ...teams: string[]) => ({ ...kustomization(name, '1'), spec: { teams } });
const byTeam = {
  team: (object: { spec?: Readonly<Record<string, unknown>> }) => (object.spec?.teams ?? []) as string[],
};

describe('the object store', () => {
  it('finds objects by id and by index, as they are now', () => {
    const { reader, writer } = createObjectStore(byTeam);
    writer.put(labelled('a', 'red', 'blue'));
    writer.put(labelled('b', 'red'));
    const names = (team: string) => reader.byIndex('team', team).map(({ metadata }) => metadata.name);
    expect([names('red'), names('blue'), names('green')]).toEqual([['a', 'b'], ['a'], []]);
    writer.put(labelled('a', 'green'));
    writer.remove('Kustomization/flux-system/b');
    expect([names('red'), names('blue'), names('green')]).toEqual([[], [], ['a']]);
    expect([reader.size, reader.get('Kustomization/flux-system/b')]).toEqual([1, undefined]);
  });

  it('returns what was there before', () => {
    const { writer } = createObjectStore();
    const first = kustomization('a', '1');
    expect([
      writer.put(first),
      writer.put(kustomization('a', '2')),
      writer.remove('Kustomization/flux-system/x'),
    ]).toEqual([undefined, first, undefined]);
  });

  it('refuses an index that was not declared', () => {
    expect(() => createObjectStore(byTeam).reader.byIndex('owner', 'x')).toThrow(
      'expected one of the indexes team, found owner',
    );
  });
});
