import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asked,
  configMap,
  fluxKustomization,
  idOf,
  kustomization,
  MappedRepository,
} from '../support/mapped-repository.ts';

const NAMES = ['a', 'b', 'c'];
const OBJECTS = NAMES.map((name) => fluxKustomization(name, `apps/${name}`));

const FILES: Record<string, string> = {
  'bases/shared/kustomization.yaml': kustomization('shared.yaml'),
  'bases/shared/shared.yaml': configMap('shared'),
};
for (const name of NAMES) {
  FILES[`apps/${name}/kustomization.yaml`] = kustomization(`${name}.yaml`, '../../bases/shared');
  FILES[`apps/${name}/${name}.yaml`] = configMap(name);
}

const path = fc.constantFrom(
  ...Object.keys(FILES),
  'apps/a/extra.yaml',
  'apps/b/sub/kustomization.yaml',
  'apps/b/sub/sub.yaml',
  'bases/shared/kustomization.yml',
  'components/tls/kustomization.yaml',
  '.sourceignore',
  'README.md',
);
const text = fc.oneof(
  fc.constantFrom('1', '2', '3').map((value) => configMap('any', value)),
  fc
    .subarray(['a.yaml', 'b.yaml', 'sub', 'extra.yaml', '../a', '../../bases/shared', 'missing.yaml'])
    .map((entries) => kustomization(...entries)),
  fc.constantFrom('', '# comment\n', 'a: b: c\n', '/bases/\n', undefined),
);
const edit = fc.tuple(path, text);
const batches = fc.array(fc.array(edit, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });

describe('the mapping, for any edits', () => {
  it('kept up to date change by change equals one made afresh', () => {
    fc.assert(
      fc.property(batches, (edits) => {
        const repository = new MappedRepository({ files: FILES, objects: OBJECTS });
        for (const batch of edits) repository.save(Object.fromEntries(batch));
        const fresh = new MappedRepository({ files: Object.fromEntries(repository.tree.files), objects: OBJECTS });
        expect(repository.workspace.digests()).toEqual(fresh.workspace.digests());
        const { contentDigest, fileCount } = repository.resolve([]);
        expect(fresh.resolve([])).toMatchObject({ contentDigest, fileCount });
        const files = [...repository.tree.files.keys()];
        expect(repository.workspace.explain(files)).toEqual(fresh.workspace.explain(files));
      }),
      { numRuns: 150 },
    );
  });

  it('asks by closure only targets whose digest differs from what is reconciled', () => {
    fc.assert(
      fc.property(batches, (edits) => {
        const repository = new MappedRepository({ files: FILES, objects: OBJECTS });
        for (const batch of edits) {
          const { affected } = repository.save(Object.fromEntries(batch));
          for (const target of affected) {
            if (target.rule === 'closure' || target.rule === 'owed')
              expect(target.digest).not.toBe(repository.known[target.id]);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('never loses a target whose build reads something else than what is reconciled', () => {
    fc.assert(
      fc.property(batches, (edits) => {
        const repository = new MappedRepository({ files: FILES, objects: OBJECTS });
        let last = repository.resolve([]);
        for (const batch of edits) last = repository.save(Object.fromEntries(batch));
        const spokenFor = new Set([...last.affected, ...last.held].map(({ id }) => id));
        for (const [id, digest] of Object.entries(last.digests)) {
          if (repository.known[id] !== digest) expect(spokenFor).toContain(id);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('never asks by closure for a file that no build reads', () => {
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), fc.string({ maxLength: 8 }), (name, content) => {
        const repository = new MappedRepository({ files: FILES, objects: OBJECTS });
        const resolution = repository.save({ [`apps/${name}/unread.txt`]: content });
        expect(asked(resolution)).toEqual([`${name} by nearest-owner`]);
        expect(resolution.digests[idOf(name)]).toBe(repository.known[idOf(name)]);
      }),
      { numRuns: 30 },
    );
  });
});
