import type { RequestOptions } from 'node:https';
import { FailureError } from '../domain/failure.ts';
import type { AuthProvider } from './connection.ts';

/**
 * Credentials from an exec plugin or an auth provider (OIDC and the clouds' older ones). The Kubernetes client library knows them all,
 * at the price of 85 MB: it is imported on the first request of such a user and never otherwise.
 * @param kubeconfig a self-contained kubeconfig of one context, as YAML or JSON
 */
export function pluginAuthProvider(kubeconfig: string, userName: string): AuthProvider {
  let loaded: Promise<{ applyToHTTPSOptions(options: RequestOptions): Promise<void> }> | undefined;
  return async () => {
    loaded ??= import('@kubernetes/client-node').then(({ KubeConfig }) => {
      const config = new KubeConfig();
      config.loadFromString(kubeconfig);
      return config;
    });
    const options: RequestOptions = { headers: {} };
    try {
      await (await loaded).applyToHTTPSOptions(options);
    } catch (cause) {
      throw new FailureError(
        {
          kind: 'unauthorized',
          dependency: 'api-server',
          message: `the credential plugin of user "${userName}" failed: ${cause instanceof Error ? cause.message : String(cause)}`,
          hint: 'Run kubectl get namespaces with the same context to see what it needs (often a new login).',
        },
        { cause },
      );
    }
    const clientCert = pem(options.cert);
    const clientKey = pem(options.key);
    return {
      headers: textHeaders(options),
      ...(clientCert !== undefined && { clientCert }),
      ...(clientKey !== undefined && { clientKey }),
    };
  };
}

function textHeaders(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (typeof value === 'string') headers[name.toLowerCase()] = value;
  }
  if (typeof options.auth === 'string') headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  return headers;
}

function pem(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return Buffer.isBuffer(value) ? value.toString('utf8') : undefined;
}
