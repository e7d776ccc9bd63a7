import { describe, expect, it } from 'vitest';
import type { ClusterClient } from '../../src/cluster/client.ts';
import { FailureError } from '../../src/domain/failure.ts';
import { knowsReset } from '../../src/effects/release-reset.ts';

const publishing = (version: string, ...fields: string[]): Pick<ClusterClient, 'request'> => ({
  request: async ({ path }) => {
    expect(path).toBe(`/openapi/v3/apis/helm.toolkit.fluxcd.io/${version}`);
    const properties = Object.fromEntries(fields.map((field) => [field, { type: 'string' }]));
    const schema = { properties: { status: { properties } } };
    const json = { components: { schemas: { [`io.fluxcd.toolkit.helm.${version}.HelmRelease`]: schema } } };
    return { status: 200, headers: {}, json };
  },
});

describe('knowsReset', () => {
  it('goes by the status field in the published schema, whatever the version', async () => {
    expect(await knowsReset(publishing('v2beta2', 'conditions', 'lastHandledResetAt'), 'v2beta2')).toBe(true);
    expect(await knowsReset(publishing('v2', 'conditions'), 'v2')).toBe(false);
  });

  it.each(['forbidden', 'not-found', 'unavailable'] as const)(
    'goes by the version where the schema is %s',
    async (kind) => {
      const client = { request: () => Promise.reject(new FailureError({ kind, message: 'no schema' })) };
      expect(await knowsReset(client, 'v2')).toBe(true);
      expect(await knowsReset(client, 'v2beta1')).toBe(false);
    },
  );
});
