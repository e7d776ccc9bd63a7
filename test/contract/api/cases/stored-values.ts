import { expect } from 'vitest';
import type { Contract } from '../contract.ts';
import { CRONTABS, crontab } from '../objects.ts';

/** What a spec becomes when it is stored. */
type Stored = readonly [it: string, spec: object, stored: object];

const STORED: readonly Stored[] = [
  ['a default is filled in', { schedule: '*' }, { schedule: '*', replicas: 1 }],
  ['a default does not replace a value', { schedule: '*', replicas: 0 }, { schedule: '*', replicas: 0 }],
  [
    'a null takes the default where the field is not nullable',
    { schedule: '*', replicas: null },
    { schedule: '*', replicas: 1 },
  ],
  [
    'a null stays where the field is nullable',
    { schedule: '*', note: null },
    { schedule: '*', replicas: 1, note: null },
  ],
  ['an unknown field is pruned', { schedule: '*', horn: 1 }, { schedule: '*', replicas: 1 }],
  [
    'an unknown field in a list is pruned',
    { schedule: '*', steps: [{ name: 'a', horn: 1 }] },
    { schedule: '*', replicas: 1, steps: [{ name: 'a' }] },
  ],
  [
    'an unknown field is kept where the schema says so',
    { schedule: '*', free: { a: [1, { b: null }] } },
    { schedule: '*', replicas: 1, free: { a: [1, { b: null }] } },
  ],
  ['a number or text is kept as it is', { schedule: '*', port: 'web' }, { schedule: '*', replicas: 1, port: 'web' }],
  [
    'a map keeps all its keys',
    { schedule: '*', labels: { a: 'b' } },
    { schedule: '*', replicas: 1, labels: { a: 'b' } },
  ],
  [
    'an empty list and an empty map stay',
    { schedule: '*', tags: [], labels: {} },
    { schedule: '*', replicas: 1, tags: [], labels: {} },
  ],
];

/** What becomes of the fields of a custom resource. */
export function describeStoredValues(contract: Contract): void {
  for (const [it, spec, stored] of STORED) {
    contract.case(it, async (api) => {
      expect((await api.created(CRONTABS, crontab('a', spec))).spec).toEqual(stored);
      expect((await api.read(`${CRONTABS}/a`)).spec).toEqual(stored);
    });
  }

  contract.case('every fault of a custom resource is named', async (api) => {
    const answer = await api.post(CRONTABS, crontab('a', { replicas: 11, policy: 'Maybe' }));
    const { causes } = answer.object.details as { readonly causes: readonly { readonly field: string }[] };
    expect(causes.map(({ field }) => field).sort()).toEqual(['spec.policy', 'spec.replicas', 'spec.schedule']);
  });

  contract.case('an unknown field of a custom resource is dropped with a warning', async (api) => {
    const answer = await api.post(`${CRONTABS}?fieldValidation=Warn`, crontab('a', { schedule: '*', horn: 1 }));
    expect(answer.status).toBe(201);
    expect(answer.headers.warning).toBe('299 - "unknown field \\"spec.horn\\""');
  });
}
