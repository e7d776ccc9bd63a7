import { expect, test } from 'vitest';
import { enginesIn } from '../../src/cluster/gitops-engines.ts';

test.each([
  [['Kustomization', 'OCIRepository'], ['flux']],
  [['Application'], ['argocd']],
  [
    ['Application', 'Kustomization'],
    ['flux', 'argocd'],
  ],
  [['OCIRepository'], []],
])('a cluster that serves %j is run by %j', (kinds, engines) => {
  expect(enginesIn(kinds.map((kind) => ({ kind })))).toEqual(engines);
});
