import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { LookAhead } from '../../../src/cli/session/look-ahead.ts';
import { definitionsFromObjects } from '../../../src/domain/definitions-from-objects.ts';
import { DEFAULT_LIMITS } from '../../../src/domain/limits.ts';
import type { FileContent } from '../../../src/domain/overlaid-tree.ts';
import type { RelativePath } from '../../../src/domain/paths.ts';
import type { IsolationChoice } from '../../../src/effects/isolation-choice.ts';
import { KeptContents } from '../../../src/effects/push-artifact.ts';
import { Underway } from '../../../src/effects/underway.ts';
import { Workspace } from '../../../src/effects/workspace.ts';
import { WATCH } from '../../../src/machines/messages.ts';
import type { LikelyArtifact, RegistryClient } from '../../../src/registry/client.ts';
import {
  ChangingMemoryTree,
  configMap,
  fluxKustomization,
  kustomization,
  SOURCE,
} from '../../support/mapped-repository.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const OWN: IsolationChoice = { by: 'own', source: 'OCIRepository/flux-system/a-isolated' };
const SHARED: IsolationChoice = { by: 'shared', because: '' };

class PeekedTree extends ChangingMemoryTree {
  peek(path: RelativePath): FileContent | undefined {
    const [content, facts] = [this.read(path), this.facts(path)];
    return content === undefined || facts === undefined ? undefined : { content, facts };
  }
}

function given(choose: (id: string) => IsolationChoice) {
  const tree = new PeekedTree({
    'apps/a/kustomization.yaml': kustomization('a.yaml'),
    'apps/a/a.yaml': configMap('a'),
    'apps/b/kustomization.yaml': kustomization('../a'),
  });
  const workspace = new Workspace({ tree, watchedDir: '.' as RelativePath, limits: DEFAULT_LIMITS });
  const objects = [fluxKustomization('a', './apps/a'), fluxKustomization('b', './apps/b')];
  workspace.setDefinitions(definitionsFromObjects(objects.map((object) => ({ object }))), SOURCE);
  const clock = new VirtualClock();
  const saving = new Underway();
  const warmed: string[] = [];
  const told = (place: string): RegistryClient =>
    ({
      warm: async ({ files: likely, tag, annotations, config }: LikelyArtifact) => {
        const texts = likely.map(
          ({ path, read }) => `${path} ${/value: "(.*)"/.exec(new TextDecoder().decode(read()))?.[1] ?? ''}`,
        );
        const named = `${place}${tag === undefined ? '' : `:${tag}`}${config === undefined ? ' without config' : ''}`;
        warmed.push(`${named}${annotations === undefined ? '' : ' +'} ${texts.join(', ')}`);
      },
    }) as RegistryClient;
  const ahead = new LookAhead({
    clock,
    workspace,
    contents: new KeptContents(),
    choose: ({ id }) => choose(id.split('/').at(-1) ?? ''),
    registryOf: (target) => ({ client: told(target.split('/').at(-1) ?? ''), tag: undefined }),
    shared: () => ({ id: SOURCE, client: told('shared'), tag: 'dev' }),
    saving,
    warm: () => void warmed.push('connections'),
  });
  const save = (path: string, value: string): void => {
    tree.files.set(path, configMap('a', value));
    ahead.note([{ machine: WATCH, type: 'FilesChanged', paths: [path] }]);
  };
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
  };
  return { ahead, saving, warmed, save, pass };
}

describe('while the quiet period runs', () => {
  test('what isolated targets will push is looked at, one after the other, and the shared artifact is not', async () => {
    const { warmed, save, pass } = given(() => OWN);
    save('apps/a/a.yaml', '2');
    await pass(10);
    expect(warmed).toEqual([
      'connections',
      'a + apps/a/a.yaml 2, apps/a/kustomization.yaml ',
      'b + apps/a/a.yaml 2, apps/a/kustomization.yaml , apps/b/kustomization.yaml ',
    ]);
  });

  test('the shared artifact is looked at where a target goes by it', async () => {
    const { warmed, save, pass } = given((target) => (target === 'a' ? OWN : SHARED));
    save('apps/a/a.yaml', '2');
    await pass(10);
    expect(warmed).toEqual([
      'connections',
      'a + apps/a/a.yaml 2, apps/a/kustomization.yaml ',
      'shared:dev apps/a/a.yaml 2, apps/a/kustomization.yaml , apps/b/kustomization.yaml ',
    ]);
  });

  test('a save of several files, or several times, is looked at once', async () => {
    const { warmed, save, pass } = given(() => OWN);
    save('apps/a/a.yaml', '2');
    await pass(5);
    save('apps/a/a.yaml', '3');
    await pass(9);
    expect(warmed).toEqual([]);
    await pass(1);
    expect(warmed.filter((line) => line.startsWith('a '))).toEqual(['a + apps/a/a.yaml 3, apps/a/kustomization.yaml ']);
  });

  test('what is being sent is not held up, and a target that is left alone is left alone', async () => {
    const busy = given(() => OWN);
    const { promise, resolve } = Promise.withResolvers<void>();
    const sent = busy.saving.during(() => promise);
    busy.save('apps/a/a.yaml', '2');
    await busy.pass(10);
    expect(busy.warmed).toEqual(['connections']);
    resolve();
    await sent;
    const other = given(() => ({ by: 'nobody', because: 'of another session', hint: '' }));
    other.save('apps/a/a.yaml', '2');
    await other.pass(10);
    expect(other.warmed).toEqual(['connections']);
  });

  test('a file that is new, or hundreds of files, are not guessed about', async () => {
    const { ahead, warmed, pass } = given(() => OWN);
    const paths = Array.from({ length: 21 }, () => 'apps/a/a.yaml').map((path, index) => `${path}${index}`);
    ahead.note([{ machine: WATCH, type: 'FilesChanged', paths }]);
    await pass(10);
    ahead.note([{ machine: WATCH, type: 'FilesChanged', paths: ['apps/a/new.yaml'] }]);
    await pass(10);
    expect(warmed).toEqual(['connections', 'connections']);
  });

  test('nothing is looked at after the end', async () => {
    const { ahead, warmed, save, pass } = given(() => OWN);
    save('apps/a/a.yaml', '2');
    ahead.stop();
    await pass(1_000);
    expect(warmed).toEqual([]);
  });
});
