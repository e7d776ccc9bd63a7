import type { ClusterClient } from '../cluster/client.ts';
import { groupVersionPath } from '../cluster/resource.ts';
import { FailureError } from '../domain/failure.ts';
import { asFields } from '../domain/object-fields.ts';

const FIELD = 'lastHandledResetAt';

/**
 * Does the cluster's helm-controller know `resetAt`? Its resource has a status field for it then. Told by the published schema, which every
 * user may read; where that says nothing, by the version: v2 has had it from the start. `version` is that of the served HelmReleases.
 */
export async function knowsReset(client: Pick<ClusterClient, 'request'>, version: string): Promise<boolean> {
  const path = `/openapi/v3${groupVersionPath({ group: 'helm.toolkit.fluxcd.io', version })}`;
  try {
    const { json } = await client.request({ method: 'GET', path });
    const schemas = Object.entries(asFields(asFields(asFields(json).components).schemas));
    const [, schema] = schemas.find(([name]) => name.endsWith(`.${version}.HelmRelease`)) ?? [];
    const status = asFields(asFields(asFields(schema).properties).status);
    const fields = asFields(status.properties);
    if (Object.keys(fields).length > 0) return FIELD in fields;
  } catch (error) {
    // What cannot be read tells nothing; a reconcile does not fail for it.
    if (!(error instanceof FailureError)) throw error;
  }
  return version === 'v2';
}
