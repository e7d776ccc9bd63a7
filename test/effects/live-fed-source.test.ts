import { expect, test } from 'vitest';
import { sharedRegistry } from '../../src/cli/session/shared-registry.ts';
import type { Definitions, SourceDefinition } from '../../src/domain/target.ts';
import { fedSource } from '../../src/effects/fed-source.ts';
import { liveFedSource } from '../../src/effects/live-fed-source.ts';
import type { RegistryClient } from '../../src/registry/client.ts';

const ID = 'OCIRepository/flux-system/shop';

function source(fields: Partial<SourceDefinition>): SourceDefinition {
  return { id: ID, kind: 'OCIRepository', namespace: 'flux-system', name: 'shop', ...fields } as SourceDefinition;
}

function definitions(...sources: SourceDefinition[]): Definitions {
  return { targets: [], sources, generators: [] } as unknown as Definitions;
}

const CHOICE = { registry: undefined, tag: undefined };
const SHOP = source({ url: 'oci://registry.local/shop', ref: { tag: 'latest' } });

/** A fed source found in `first`, and what it is once the cluster shows `later`. */
function becoming(first: SourceDefinition) {
  const view = { definitions: definitions(first) };
  const began = fedSource(view.definitions, { ...CHOICE, wanted: ID, pathExists: () => true });
  const fed = liveFedSource(view, began, CHOICE);
  const show = (...sources: SourceDefinition[]): void => {
    view.definitions = definitions(...sources);
  };
  return { fed, show };
}

test('whoever might not list sources at the start pushes once he may', () => {
  const { fed, show } = becoming(source({}));
  expect(fed.push).toBeUndefined();
  expect(fed.notPushable).toContain('has no spec.url');
  show(SHOP);
  expect(fed.push).toEqual({ url: 'oci://registry.local/shop', tag: 'latest', insecure: false });
  expect(fed.notPushable).toBeUndefined();
});

test('a source that comes to follow another tag is pushed to there', () => {
  const { fed, show } = becoming(SHOP);
  show(source({ url: 'oci://registry.local/shop', ref: { tag: 'next' } }));
  expect(fed.push?.tag).toBe('next');
});

test('a source that is deleted, or of which only the name is known, is as it was last', () => {
  const { fed, show } = becoming(SHOP);
  show();
  expect(fed.push?.tag).toBe('latest');
  show(source({}));
  expect(fed.push?.tag).toBe('latest');
});

test('the registry is that of the repository which the source names by now', () => {
  const { fed, show } = becoming(source({}));
  const opened: string[] = [];
  const closed: string[] = [];
  const registry = sharedRegistry(fed, ({ reference }) => {
    opened.push(reference);
    return { close: () => closed.push(reference) } as unknown as RegistryClient;
  });
  expect(registry.current()).toBeUndefined();
  show(SHOP);
  expect(registry.current()).toBe(registry.current());
  show(source({ url: 'oci://registry.local/other', ref: { tag: 'latest' } }));
  registry.current();
  registry.close();
  expect(opened).toEqual(['oci://registry.local/shop', 'oci://registry.local/other']);
  expect(closed).toEqual(opened);
});
