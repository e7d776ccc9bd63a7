import { asArray, asObject, asString, type JsonObject } from '../json-value.ts';
import { type ArtifactFiles, unpackArchive } from './archive.ts';

/** What an OCIRepository names. */
export interface OciReference {
  /** `oci://host/repository` */
  readonly url: string;
  readonly insecure: boolean;
  readonly tag?: string;
  readonly digest?: string;
  /** `username:password` */
  readonly credentials?: string;
}

export interface OciManifest {
  readonly digest: string;
  readonly layers: readonly JsonObject[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** Where the repository is, without what is wanted of it. */
export type OciRepository = Pick<OciReference, 'url' | 'insecure' | 'credentials'>;

const ACCEPT = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';

/** The manifest of the tag or digest. Throws with the words of the registry. */
export async function pullManifest(reference: OciReference): Promise<OciManifest> {
  const wanted = reference.digest ?? reference.tag ?? 'latest';
  const response = await request(reference, `manifests/${wanted}`, { Accept: ACCEPT });
  const body = asObject(await response.json());
  const digest = response.headers.get('docker-content-digest') ?? reference.digest ?? '';
  const annotations = Object.entries(asObject(body.annotations)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return { digest, layers: asArray(body.layers).map(asObject), annotations: Object.fromEntries(annotations) };
}

/** All tags of the repository; a registry gives them in pages. */
export async function listTags(repository: OciRepository): Promise<readonly string[]> {
  const tags: string[] = [];
  let rest: string | undefined = 'tags/list';
  while (rest !== undefined) {
    const response: Response = await request(repository, rest, {});
    const body = asObject(await response.json());
    tags.push(...asArray(body.tags).filter((tag) => typeof tag === 'string'));
    rest = /<[^>]*\/(tags\/list[^>]*)>\s*;\s*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1];
  }
  return tags;
}

/** `host/repository:tag` or `host/repository@digest`. */
export function imageName(reference: OciReference): string {
  const { host, repository } = ociLocation(reference.url);
  const suffix = reference.digest === undefined ? `:${reference.tag ?? 'latest'}` : `@${reference.digest}`;
  return `${host}/${repository}${suffix}`;
}

/** The files of the layer whose media type is `mediaType`, or of the first one. */
export async function pullLayer(
  reference: OciReference,
  manifest: OciManifest,
  mediaType: string | undefined,
): Promise<ArtifactFiles> {
  const layer = manifest.layers.find((each) => mediaType === undefined || each.mediaType === mediaType);
  const digest = asString(layer?.digest);
  if (digest === undefined) {
    throw new Error(
      mediaType === undefined
        ? 'no layers found in artifact'
        : `failed to find layer with media type '${mediaType}' in artifact`,
    );
  }
  const response = await request(reference, `blobs/${digest}`, {});
  return unpackArchive(Buffer.from(await response.arrayBuffer()));
}

async function request(
  reference: OciRepository,
  rest: string,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const { host, repository } = ociLocation(reference.url);
  const url = `${reference.insecure ? 'http' : 'https'}://${host}/v2/${repository}/${rest}`;
  const { credentials } = reference;
  const authorization =
    credentials === undefined ? {} : { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
  let response: Response;
  try {
    response = await fetch(url, { headers: { ...headers, ...authorization } });
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    throw new Error(`GET ${url}: ${cause instanceof Error ? cause.message : String(error)}`, { cause: error });
  }
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => undefined);
  const first = asObject(asArray(asObject(body).errors)[0]);
  const code = asString(first.code) ?? `unexpected status code ${response.status}`;
  throw new Error(`GET ${url}: ${code}: ${asString(first.message) ?? response.statusText}`);
}

/** Host and repository of `oci://host/repository`. Throws where it is no such URL or carries a tag. */
export function ociLocation(url: string): { host: string; repository: string } {
  const parsed = /^oci:\/\/([^/]+)\/(.+?)\/?$/.exec(url);
  if (parsed === null) throw new Error("URL must be in format 'oci://<domain>/<org>/<repo>'");
  const [, host = '', repository = ''] = parsed;
  const tag = repository.split(':')[1];
  if (tag !== undefined) throw new Error(`URL must not contain a tag; remove ':${tag}'`);
  return { host, repository };
}
