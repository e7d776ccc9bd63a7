import { parseChallenge } from './challenge.ts';
import type { RegistryCredentials } from './credentials.ts';
import type { HttpConnections } from './http.ts';
import { isLoopbackRegistry } from './reference.ts';
import {
  failureOfAnswer,
  failureOfConnection,
  invalidAnswer,
  type RegistryAnswer,
  type RegistryTask,
} from './registry-failure.ts';

export type Access = 'pull' | 'pull,push';

export interface RegistryAuth {
  /** The header to try first: what the registry accepted before. */
  header(access: Access): Promise<string | undefined>;
  /**
   * After a 401 of a request with the header `refused`: another header, or undefined where there is nothing new to answer the
   * challenge with.
   */
  answer(challenge: RegistryAnswer, access: Access, refused: string | undefined): Promise<string | undefined>;
}

export interface RegistryAuthOptions {
  readonly http: HttpConnections;
  readonly task: RegistryTask;
  readonly repository: string;
  readonly credentials: () => Promise<RegistryCredentials | undefined>;
  readonly now: () => number;
}

/** The registry's challenges: Basic, or a Bearer token from its token service, kept for each kind of access. */
export function createRegistryAuth(options: RegistryAuthOptions): RegistryAuth {
  const kept = new Map<Access, Promise<string | undefined>>();
  return {
    header: async (access) => kept.get(access),
    async answer(challenge, access, refused) {
      const known = kept.get(access);
      const before = await known;
      // Several requests go out at once and all get the same 401: the first answer serves them all.
      const newer = kept.get(access);
      if (newer !== undefined && (newer !== known || before !== refused)) return newer;
      const header = answerChallenge(options, challenge, access);
      kept.set(access, header);
      header.catch(() => kept.delete(access));
      return (await header) === refused ? undefined : header;
    },
  };
}

async function answerChallenge(
  options: RegistryAuthOptions,
  answer: RegistryAnswer,
  access: Access,
): Promise<string | undefined> {
  const challenge = parseChallenge(answer.headers['www-authenticate']);
  if (challenge === undefined) return undefined;
  const credentials = await options.credentials();
  if (challenge.scheme === 'bearer') return `Bearer ${await fetchToken(options, challenge, credentials, access)}`;
  return credentials?.kind === 'basic' ? basicHeader(credentials) : undefined;
}

async function fetchToken(
  { http, task: { url, registry }, repository, now }: RegistryAuthOptions,
  { realm, service }: { readonly realm: string; readonly service: string | undefined },
  credentials: RegistryCredentials | undefined,
  access: Access,
): Promise<string> {
  const task: RegistryTask = { task: 'log in to', url, registry };
  if (!URL.canParse(realm)) throw invalidAnswer(task, `expected a URL as realm of the token service, found "${realm}"`);
  const endpoint = new URL(realm);
  if (!mayReceiveCredentials(endpoint, registry)) {
    throw invalidAnswer(
      task,
      `its token service ${endpoint.origin} is not reached through TLS, so credentials are not sent there`,
    );
  }
  const fields = new URLSearchParams({
    scope: `repository:${repository}:${access}`,
    ...(service !== undefined && { service }),
  });
  const answer = await send();
  if (answer.status !== 200) throw failureOfAnswer(task, answer, now(), credentials === undefined ? 'none' : 'refused');
  return tokenIn(answer.body) ?? failWithoutToken();

  async function send(): Promise<RegistryAnswer> {
    try {
      if (credentials?.kind === 'identity-token') {
        fields.set('grant_type', 'refresh_token');
        fields.set('client_id', 'reconcile-machine');
        fields.set('refresh_token', credentials.token);
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        return await http.send({ method: 'POST', url: endpoint, headers, body: Buffer.from(fields.toString()) });
      }
      for (const [name, value] of fields) endpoint.searchParams.set(name, value);
      const headers: Record<string, string> =
        credentials === undefined ? {} : { authorization: basicHeader(credentials) };
      return await http.send({ method: 'GET', url: endpoint, headers });
    } catch (error) {
      throw failureOfConnection(task, error);
    }
  }

  function failWithoutToken(): never {
    throw invalidAnswer(task, `expected a token from ${endpoint.origin}, found none in its answer`);
  }
}

/** Over TLS, on this machine, or on the registry's own host (which is spoken to without TLS because the user said so). */
export function mayReceiveCredentials(endpoint: URL, registry: string): boolean {
  if (endpoint.protocol === 'https:' || isLoopbackRegistry(endpoint.host)) return true;
  return endpoint.protocol === 'http:' && endpoint.hostname === new URL(`http://${registry}`).hostname;
}

function tokenIn(body: Buffer): string | undefined {
  try {
    const { token, access_token: accessToken } = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
    return [token, accessToken].find((found): found is string => typeof found === 'string' && found !== '');
  } catch {
    return undefined;
  }
}

function basicHeader({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
