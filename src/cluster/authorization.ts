import type { Clock } from './clock.ts';
import type { ClusterConnection, RequestAuth } from './connection.ts';
import { readReferencedFile } from './referenced-file.ts';

/** Plugins run a process, and projected tokens rotate within an hour: asked again after this long, or after a 401. */
const KEPT_FOR_MS = 60_000;

/** Gives the credentials for each request of one connection. */
export interface Authorization {
  current(): Promise<RequestAuth>;
  /** To be called after a 401: the next request asks afresh. */
  forget(): void;
}

export function authorizationFor(connection: ClusterConnection, clock: Clock): Authorization {
  let kept: { readonly auth: Promise<RequestAuth>; readonly until: number } | undefined;
  return {
    current: () => {
      if (kept === undefined || clock.now() >= kept.until) {
        kept = { auth: askFor(connection), until: clock.now() + KEPT_FOR_MS };
        kept.auth.catch(() => {
          kept = undefined;
        });
      }
      return kept.auth;
    },
    forget: () => {
      kept = undefined;
    },
  };
}

async function askFor(connection: ClusterConnection): Promise<RequestAuth> {
  if (connection.authProvider !== undefined) return connection.authProvider();
  if (connection.tokenFile !== undefined) {
    return bearer(readReferencedFile(connection.tokenFile, `context "${connection.contextName}" (tokenFile)`).trim());
  }
  if (connection.token !== undefined) return bearer(connection.token);
  if (connection.basic !== undefined) {
    const { username, password } = connection.basic;
    return { headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` } };
  }
  return { headers: {} };
}

function bearer(token: string): RequestAuth {
  return { headers: { authorization: `Bearer ${token}` } };
}
