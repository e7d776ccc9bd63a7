import { type ObjectId, parseObjectId } from './target.ts';
import { withoutCredentials } from './without-credentials.ts';

/**
 * Whether `--source` means this source: `NAMESPACE/NAME`, the same with its kind before it, or of what Applications read the name alone
 * (`oci://host/repository:tag`), which has no password of a URL in it.
 */
export function isSourceNamed(id: ObjectId, wanted: string): boolean {
  const { namespace, name } = parseObjectId(id);
  const local = namespace === '' ? name : `${namespace}/${name}`;
  return [wanted, withoutCredentials(wanted)].some((one) => one === id || one === local);
}
