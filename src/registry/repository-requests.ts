import { DEFAULT_LIMITS, type Limits } from '../domain/limits.ts';
import { credentialsFor, type RegistryCredentials } from './credentials.ts';
import { createHttpConnections, type HttpRequest } from './http.ts';
import { parseReference, type RegistryReference, registryOrigin, repositoryUrl } from './reference.ts';
import { type Access, createRegistryAuth } from './registry-auth.ts';
import {
  failureOfAnswer,
  failureOfConnection,
  type RegistryAnswer,
  type RegistryTask,
  type ShownLogin,
} from './registry-failure.ts';

export interface RegistryClientOptions {
  /** `oci://host[:port]/repository`, or taken apart. */
  readonly reference: string | RegistryReference;
  /** Plain HTTP, as spec.insecure of the source says. A loopback address is spoken to so in any case. */
  readonly insecure?: boolean | undefined;
  /** Default: the Docker config, read when the registry asks. `'anonymous'`: none. */
  readonly credentials?: RegistryCredentials | 'anonymous' | undefined;
  readonly limits?: Pick<Limits, 'requestTimeoutMs'>;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export type RepositoryRequest = Omit<HttpRequest, 'url'> & { readonly url: URL | string };

/** The requests of one repository: over connections that are kept, with what the registry wants to be shown. */
export interface RepositoryRequests {
  readonly reference: RegistryReference;
  /** What `url` of a request is relative to: `https://host/v2/<repository>/`. */
  readonly base: URL;
  taskOf(task: RegistryTask['task']): RegistryTask;
  /** Rejects with FailureError for an answer that is none of `expected`, or for none at all. */
  expect(task: RegistryTask, request: RepositoryRequest, ...expected: readonly number[]): Promise<RegistryAnswer>;
  /** Milliseconds since the epoch. */
  now(): number;
  close(): void;
}

/** Throws FailureError (`invalid`) for a broken reference. */
export function createRepositoryRequests(options: RegistryClientOptions): RepositoryRequests {
  const reference = typeof options.reference === 'string' ? parseReference(options.reference) : options.reference;
  const { registry, repository } = reference;
  const url = repositoryUrl(reference);
  const base = new URL(`${registryOrigin(registry, options.insecure === true)}/v2/${repository}/`);
  const http = createHttpConnections((options.limits ?? DEFAULT_LIMITS).requestTimeoutMs);
  const now = options.now ?? Date.now;
  const taskOf = (task: RegistryTask['task']): RegistryTask => ({ task, url, registry });
  const auth = createRegistryAuth({ http, task: taskOf('log in to'), repository, credentials, now });

  async function credentials(): Promise<RegistryCredentials | undefined> {
    if (options.credentials === 'anonymous') return undefined;
    return options.credentials ?? credentialsFor(registry);
  }

  /** Anonymous on purpose, nobody is to log in. */
  async function shownLogin(): Promise<ShownLogin | undefined> {
    if (options.credentials === 'anonymous') return undefined;
    return (await credentials()) === undefined ? 'none' : 'refused';
  }

  async function send(task: RegistryTask, request: RepositoryRequest): Promise<RegistryAnswer> {
    const access: Access = task.task === 'push to' ? 'pull,push' : 'pull';
    const target = new URL(request.url, base);
    const withAuth = (authorization: string | undefined): HttpRequest => ({
      ...request,
      url: target,
      // An upload may be sent to a storage of its own, which is given no credentials.
      headers: { ...request.headers, ...(authorization && target.origin === base.origin && { authorization }) },
    });
    try {
      const known = await auth.header(access);
      const answer = await http.send(withAuth(known));
      if (answer.status !== 401) return answer;
      const authorization = await auth.answer(answer, access, known);
      return authorization === undefined ? answer : await http.send(withAuth(authorization));
    } catch (error) {
      throw failureOfConnection(task, error);
    }
  }

  return {
    reference,
    base,
    taskOf,
    async expect(task, request, ...expected) {
      const answer = await send(task, request);
      if (expected.includes(answer.status)) return answer;
      const isAboutLogin = answer.status === 401 || answer.status === 403;
      throw failureOfAnswer(task, answer, now(), isAboutLogin ? await shownLogin() : undefined);
    },
    now,
    close: () => http.close(),
  };
}
