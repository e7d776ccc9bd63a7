import { requestedTag } from '../domain/requested-tag.ts';
import { parseReference, type RegistryReference, repositoryUrl } from '../registry/reference.ts';
import { UsageError } from './errors.ts';
import type { PushOptions } from './push-options.ts';
import { asTyped } from './typed-wrong.ts';

/** Where a push goes. */
export interface PushDestination {
  readonly reference: RegistryReference;
  /** `oci://host/repository` */
  readonly url: string;
  readonly tag: string;
}

/** The reference on the command line, else the configured registry. Throws UsageError where there is none, or it is no reference to push to. */
export async function pushDestination(
  options: Pick<PushOptions, 'reference' | 'registry' | 'tag' | 'tagIsTyped'>,
): Promise<PushDestination> {
  const text = options.reference ?? options.registry;
  if (text === undefined) {
    throw new UsageError(
      'where to push is not known',
      'name it: reconcile-machine push oci://HOST/REPOSITORY, or set workload.registry in reconcile-machine.yaml',
    );
  }
  const reference = await asTyped(text, () => parseReference(text), 'e.g. oci://localhost:5050/apps:dev');
  if (reference.digest !== undefined) {
    throw new UsageError(`${text} names a digest, which comes of the content`, 'name a tag, or neither');
  }
  if (reference.tag !== undefined && options.tagIsTyped && options.tag !== reference.tag)
    throw new UsageError(
      `${text} has the tag ${reference.tag}, found --tag ${options.tag} beside it`,
      'give one of them',
    );
  // What is configured has the registry's own tag in it already, behind workload.tag.
  const tag = requestedTag({ given: reference.tag, configured: options.tag, inRegistry: undefined });
  return { reference, url: repositoryUrl(reference), tag };
}
