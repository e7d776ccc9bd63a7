import type { KubeObject } from '../../domain/kube-object.ts';
import { asObject, asString } from '../json-value.ts';
import { namespaceOf } from './flux-object.ts';
import { listTags, type OciReference, ociLocation } from './oci-pull.ts';
import { newestInRange } from './semver-range.ts';
import { SourceError } from './source-error.ts';
import type { SourceContext } from './source-objects.ts';

/** What an OCIRepository names: `ref.digest`, else the newest tag in `ref.semver`, else `ref.tag`, else `latest`. */
export async function ociReferenceOf(context: SourceContext, object: KubeObject): Promise<OciReference> {
  const spec = object.spec ?? {};
  const ref = asObject(spec.ref);
  const url = asString(spec.url) ?? '';
  const credentials = await credentialsOf(context, object, url);
  const repository = {
    url,
    insecure: spec.insecure === true,
    ...(credentials === undefined ? {} : { credentials }),
  };
  try {
    ociLocation(url);
  } catch (error) {
    throw new SourceError('URLInvalid', `URL validation failed for '${url}': ${wordsOf(error)}`, { cause: error });
  }
  const digest = asString(ref.digest);
  if (digest) return { ...repository, digest };
  const range = asString(ref.semver);
  if (!range) return { ...repository, tag: asString(ref.tag) || 'latest' };
  try {
    return { ...repository, tag: newestInRange(await listTags(repository), range, asString(ref.semverFilter)) };
  } catch (error) {
    const message = `failed to determine the artifact tag for '${url}': ${wordsOf(error)}`;
    throw new SourceError('ReadOperationFailed', message, { cause: error });
  }
}

/** `username:password` for the host of `url` out of the docker config in `spec.secretRef`. */
async function credentialsOf(context: SourceContext, object: KubeObject, url: string): Promise<string | undefined> {
  const name = asString(asObject(object.spec?.secretRef).name);
  if (name === undefined) return undefined;
  const secret = await context.objects.get('Secret', namespaceOf(object), name);
  if (secret === undefined) {
    const message = `failed to get credential: failed to get secret '${namespaceOf(object)}/${name}': Secret "${name}" not found`;
    throw new SourceError('AuthenticationFailed', message);
  }
  const encoded = asString(asObject(secret.data)['.dockerconfigjson']);
  const plain = asString(asObject(secret.stringData)['.dockerconfigjson']);
  const text = plain ?? (encoded === undefined ? '{}' : Buffer.from(encoded, 'base64').toString());
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (error) {
    throw new SourceError('AuthenticationFailed', `secret '${name}': .dockerconfigjson is no JSON`, { cause: error });
  }
  const host = url.replace(/^oci:\/\//, '').split('/')[0] ?? '';
  const entry = asObject(asObject(asObject(config).auths)[host]);
  const auth = asString(entry.auth);
  if (auth !== undefined) return Buffer.from(auth, 'base64').toString();
  const username = asString(entry.username);
  return username === undefined ? undefined : `${username}:${asString(entry.password) ?? ''}`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
