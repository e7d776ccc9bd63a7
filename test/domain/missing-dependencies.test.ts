import { describe, expect, it } from 'vitest';
import { definitionsFromObjects } from '../../src/domain/definitions-from-objects.ts';
import { missingDependencies } from '../../src/domain/missing-dependencies.ts';
import { kustomization } from '../support/flux-manifests.ts';

const APPS = 'Kustomization/flux-system/apps';
const definitions = definitionsFromObjects([
  { object: kustomization('base') },
  {
    object: kustomization('apps', {
      dependsOn: [{ name: 'base' }, { name: 'bsae' }, { name: 'data', namespace: 'elsewhere' }],
    }),
  },
]);

describe('what targets depend on and nobody has seen', () => {
  it('is named with who waits for it, in every namespace', () => {
    expect(missingDependencies(definitions, [APPS], undefined)).toEqual([
      { target: APPS, dependency: 'Kustomization/flux-system/bsae' },
      { target: APPS, dependency: 'Kustomization/elsewhere/data' },
    ]);
  });

  it('is not claimed of a namespace that was not looked at', () => {
    expect(missingDependencies(definitions, [APPS], 'flux-system')).toEqual([
      { target: APPS, dependency: 'Kustomization/flux-system/bsae' },
    ]);
  });

  it('is not told of those that are not asked', () => {
    expect(missingDependencies(definitions, ['Kustomization/flux-system/base'], undefined)).toEqual([]);
  });
});
