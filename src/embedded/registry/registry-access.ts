import { randomBytes } from 'node:crypto';
import { OciError } from './oci-error.ts';
import { type Exchange, locationOf, sendJson } from './registry-answer.ts';
import type { RegistryRequest } from './registry-route.ts';

export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
}

const TOKEN_SECONDS = 300;
const SERVICE = 'embedded';

/** Who may do what: everybody, who knows the password, or who brings a token that the registry's own token service gave. */
export class RegistryAccess {
  readonly #credentials: RegistryCredentials | undefined;
  readonly #bearer: boolean;
  readonly #now: () => number;
  readonly #tokens = new Map<string, { readonly scopes: ReadonlySet<string>; readonly expiresAt: number }>();

  constructor(credentials: RegistryCredentials | undefined, bearer: boolean, now: () => number) {
    this.#credentials = credentials;
    this.#bearer = bearer;
    this.#now = now;
  }

  /** Throws the challenge when the request does not answer it. */
  require(exchange: Exchange): void {
    if (this.#credentials === undefined && !this.#bearer) return;
    const scope = scopeOf(exchange.route);
    const allowed = this.#bearer ? this.#hasToken(exchange, scope) : this.#knowsPassword(exchange);
    if (allowed) return;
    const challenge = this.#bearer ? this.#bearerChallenge(exchange, scope) : 'Basic realm="embedded"';
    throw OciError.of(401, 'UNAUTHORIZED', detailOf(exchange.route), { 'WWW-Authenticate': challenge });
  }

  /** `GET /token?service=…&scope=…`: a token for the scopes asked for. Pulls need no password when none is set. */
  giveToken(exchange: Exchange): void {
    if (!this.#bearer) throw OciError.noSuchPage();
    if (this.#credentials !== undefined && !this.#knowsPassword(exchange)) {
      throw OciError.of(401, 'UNAUTHORIZED', undefined, { 'WWW-Authenticate': 'Basic realm="embedded"' });
    }
    const scopes = new Set(
      exchange.query
        .getAll('scope')
        .flatMap((scope) => scope.split(' '))
        .flatMap(singleActions),
    );
    const token = randomBytes(24).toString('base64url');
    this.#tokens.set(token, { scopes, expiresAt: this.#now() + TOKEN_SECONDS * 1000 });
    sendJson(exchange, { token, access_token: token, expires_in: TOKEN_SECONDS });
  }

  /** Makes every token given so far worthless. */
  expireTokens(): void {
    this.#tokens.clear();
  }

  #knowsPassword({ request }: Exchange): boolean {
    const { username, password } = this.#credentials ?? { username: '', password: '' };
    return request.headers.authorization === `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }

  #hasToken({ request }: Exchange, scope: string | undefined): boolean {
    const given = this.#tokens.get((request.headers.authorization ?? '').replace(/^Bearer /, ''));
    if (given === undefined || given.expiresAt <= this.#now()) return false;
    return scope === undefined || singleActions(scope).every((action) => given.scopes.has(action));
  }

  #bearerChallenge(exchange: Exchange, scope: string | undefined): string {
    const challenge = `Bearer realm="${locationOf(exchange, '/token')}",service="${SERVICE}"`;
    const reason = exchange.request.headers.authorization === undefined ? '' : ',error="invalid_token"';
    return scope === undefined ? challenge + reason : `${challenge},scope="${scope}"${reason}`;
  }
}

/** `repository:<name>:<actions>`; undefined for requests that concern no repository. */
function scopeOf({ repository, method }: RegistryRequest): string | undefined {
  if (repository === '') return undefined;
  return `repository:${repository}:${actionsOf(method).join(',')}`;
}

function actionsOf(method: string): readonly string[] {
  if (method === 'DELETE') return ['delete'];
  return method === 'GET' || method === 'HEAD' ? ['pull'] : ['pull', 'push'];
}

/** A scope of several actions as several scopes. */
function singleActions(scope: string): readonly string[] {
  const end = scope.lastIndexOf(':');
  return scope
    .slice(end + 1)
    .split(',')
    .map((action) => `${scope.slice(0, end)}:${action}`);
}

function detailOf({ repository, method }: RegistryRequest): unknown {
  if (repository === '') return null;
  return actionsOf(method).map((Action) => ({ Type: 'repository', Class: '', Name: repository, Action }));
}
