import { FailureError } from '../domain/failure.ts';
import { withoutCredentials } from '../domain/without-credentials.ts';

/** `oci://host[:port]/repository[:tag][@digest]`, taken apart. */
export interface RegistryReference {
  /** As written, with the port: `ghcr.io`, `localhost:5000`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:…` */
  readonly digest?: string;
}

const HOST = /^(localhost|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(:\d{1,5})?$/i;
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
/** `user:password@` before the host. */
const CREDENTIALS = /^oci:\/\/[^/]*@/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Throws FailureError (`invalid`) that says which part is wrong and what was expected. */
export function parseReference(url: string): RegistryReference {
  if (!url.startsWith('oci://')) throw invalid(url, 'expected it to begin with oci://');
  if (CREDENTIALS.test(url)) throw invalid(url, 'expected no credentials in it, they come from `docker login`');
  const [beforeDigest = '', digest, ...tooMany] = url.slice('oci://'.length).split('@');
  if (tooMany.length > 0) throw invalid(url, 'expected at most one @');
  const slash = beforeDigest.indexOf('/');
  if (slash <= 0) throw invalid(url, 'expected a registry host and a repository, as in oci://localhost:5000/apps');
  const registry = beforeDigest.slice(0, slash);
  const [repository = '', tag, ...moreTags] = beforeDigest.slice(slash + 1).split(':');
  if (!HOST.test(registry)) throw invalid(url, `expected a host with an optional port, found "${registry}"`);
  if (!REPOSITORY.test(repository)) {
    throw invalid(
      url,
      `expected a repository of lower-case letters, digits and . _ - between slashes, found "${repository}"`,
    );
  }
  if (moreTags.length > 0 || (tag !== undefined && !TAG.test(tag))) {
    throw invalid(
      url,
      `expected a tag of up to 128 letters, digits and . _ -, found "${[tag, ...moreTags].join(':')}"`,
    );
  }
  if (digest !== undefined && !DIGEST.test(digest))
    throw invalid(url, `expected a digest sha256:<64 hex digits>, found "${digest}"`);
  return { registry, repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

/** The reference as Flux writes it in `spec.url`: without tag and digest. */
export function repositoryUrl({ registry, repository }: RegistryReference): string {
  return `oci://${registry}/${repository}`;
}

/** Where the registry's API answers. Docker Hub's name and its API's address differ. */
export function registryOrigin(registry: string, insecure: boolean): string {
  const host = registry === 'docker.io' || registry === 'index.docker.io' ? 'registry-1.docker.io' : registry;
  return `${insecure || isLoopbackRegistry(registry) ? 'http' : 'https'}://${host}`;
}

/** A registry on this machine is spoken to without TLS, as by Docker and Flux's own tools. */
export function isLoopbackRegistry(registry: string): boolean {
  const host = registry.replace(/:\d+$/, '').toLowerCase();
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function invalid(url: string, expectation: string): FailureError {
  return new FailureError({
    kind: 'invalid',
    message: `"${withoutCredentials(url)}" is no OCI reference: ${expectation}`,
  });
}
