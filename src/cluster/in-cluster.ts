import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterConnection } from './connection.ts';
import { readReferencedFile } from './referenced-file.ts';

const SERVICE_ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The connection a pod has through its service account; undefined outside a pod. */
export function inClusterConnection(
  env: Readonly<Record<string, string | undefined>>,
  directory: string = SERVICE_ACCOUNT_DIRECTORY,
): ClusterConnection | undefined {
  const host = env.KUBERNETES_SERVICE_HOST;
  const port = env.KUBERNETES_SERVICE_PORT ?? '443';
  const tokenFile = join(directory, 'token');
  if (!host || !existsSync(tokenFile)) return undefined;
  const namespaceFile = join(directory, 'namespace');
  return {
    contextName: 'in-cluster',
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: existsSync(namespaceFile) ? readReferencedFile(namespaceFile, 'the service account').trim() : 'default',
    configFiles: [],
    caData: readReferencedFile(join(directory, 'ca.crt'), 'the service account'),
    tokenFile,
  };
}
