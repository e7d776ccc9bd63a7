import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { FailureError } from '../domain/failure.ts';

export type RegistryCredentials =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** An OAuth refresh token, for the registry's token service alone. */
  | { readonly kind: 'identity-token'; readonly token: string };

export interface CredentialsOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory?: string;
}

interface DockerConfig {
  readonly auths?: Readonly<Record<string, DockerAuth>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

interface DockerAuth {
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
}

const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';
const HELPER_TIMEOUT_MS = 30_000;

/**
 * What `docker login` stored for `registry` (host with port): the helper for that registry, else the store for all, else the config file
 * itself. Undefined: none, the registry is asked anonymously. Throws FailureError for a broken config file or helper.
 */
export async function credentialsFor(
  registry: string,
  options: CredentialsOptions = {},
): Promise<RegistryCredentials | undefined> {
  const env = options.env ?? process.env;
  const path = dockerConfigPath(options);
  const config = await readDockerConfig(path);
  if (config === undefined) return undefined;
  const key = isDockerHub(registry) ? DOCKER_HUB_KEY : registry;
  const helper = config.credHelpers?.[registry] ?? config.credHelpers?.[key] ?? config.credsStore;
  const stored = helper ? await askHelper(helper, key, env) : undefined;
  return stored ?? credentialsIn(config, registry, path);
}

/** Where `docker login` notes what it knows. */
export function dockerConfigPath({ env = process.env, homeDirectory }: CredentialsOptions = {}): string {
  return join(env.DOCKER_CONFIG || join(homeDirectory ?? homedir(), '.docker'), 'config.json');
}

async function readDockerConfig(path: string): Promise<DockerConfig | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT' || errorCode(cause) === 'ENOTDIR') return undefined;
    throw new FailureError(
      { kind: 'disk', message: `${path}: the Docker config cannot be read (${errorCode(cause)})` },
      { cause },
    );
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch (cause) {
    throw broken(`${path}${positionOfError(text)}`, cause);
  }
  throw broken(`${path}:1:1`);
}

function credentialsIn(config: DockerConfig, registry: string, path: string): RegistryCredentials | undefined {
  const found = Object.entries(config.auths ?? {}).find(([key]) => sameRegistry(key, registry));
  if (found === undefined) return undefined;
  const { auth, username, password, identitytoken } = found[1];
  if (identitytoken) return { kind: 'identity-token', token: identitytoken };
  if (username !== undefined && password !== undefined) return { kind: 'basic', username, password };
  // With a credsStore, the entry is there and empty.
  if (!auth) return undefined;
  const decoded = Buffer.from(auth, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) {
    throw new FailureError({
      kind: 'invalid',
      message: `${path}: expected auths["${found[0]}"].auth to be base64 of user:password, found no colon in it`,
      hint: `Log in again: docker login ${registry}`,
    });
  }
  return { kind: 'basic', username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/\0+$/, '') };
}

/** Keys may be written with a scheme and a path: `https://index.docker.io/v1/`. */
function sameRegistry(key: string, registry: string): boolean {
  const host = key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return host === registry || (isDockerHub(host) && isDockerHub(registry));
}

function isDockerHub(registry: string): boolean {
  return registry === 'docker.io' || registry === 'index.docker.io' || registry === 'registry-1.docker.io';
}

/** The protocol of docker-credential-<helper>: the server's name on stdin, JSON on stdout; exit code 1 when it has nothing. */
async function askHelper(
  helper: string,
  server: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<RegistryCredentials | undefined> {
  const command = `docker-credential-${helper}`;
  const { code, stdout } = await run(command, server, env);
  if (code !== 0) {
    if (stdout.includes('credentials not found')) return undefined;
    throw helperFailure(command, `it ended with code ${code}: ${stdout.trim().slice(0, 200)}`);
  }
  try {
    const { Username, Secret } = JSON.parse(stdout) as { Username?: unknown; Secret?: unknown };
    if (typeof Username !== 'string' || typeof Secret !== 'string') throw new Error('Username or Secret is missing');
    if (Username === '<token>') return { kind: 'identity-token', token: Secret };
    return Username === '' && Secret === '' ? undefined : { kind: 'basic', username: Username, password: Secret };
  } catch (cause) {
    throw helperFailure(command, 'expected JSON with Username and Secret', cause);
  }
}

function run(
  command: string,
  input: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly code: number | null; readonly stdout: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number | null; stdout: string }>();
  const child = spawn(command, ['get'], {
    env: { ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: HELPER_TIMEOUT_MS,
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.on('error', (cause) => reject(helperFailure(command, `it cannot be started (${errorCode(cause)})`, cause)));
  child.on('close', (code) => resolve({ code, stdout }));
  // A helper that ends without reading its input is not an error of ours.
  child.stdin.on('error', () => {});
  child.stdin.end(`${input}\n`);
  return promise;
}

function helperFailure(command: string, what: string, cause?: unknown): FailureError {
  return new FailureError(
    {
      kind: 'unauthorized',
      dependency: 'registry',
      message: `the credential helper ${command} of the Docker config failed: ${what}`,
      hint: 'Correct credsStore or credHelpers in the Docker config, or log in again with docker login.',
    },
    { cause },
  );
}

function broken(where: string, cause?: unknown): FailureError {
  return new FailureError(
    { kind: 'invalid', message: `${where}: expected the Docker config, a JSON object` },
    { cause },
  );
}

/** JSON.parse names no line; YAML, which holds JSON, does. */
function positionOfError(text: string): string {
  const lineCounter = new LineCounter();
  const [error] = parseDocument(text, { lineCounter, logLevel: 'silent' }).errors;
  if (error === undefined) return '';
  const { line, col } = lineCounter.linePos(error.pos[0]);
  return `:${line}:${col}`;
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
