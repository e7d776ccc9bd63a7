import { createHash } from 'node:crypto';
import type { RelativePath } from '../paths.ts';
import { ROOT } from '../paths.ts';

const TAG_LENGTH_MAX = 128;
const HASH_LENGTH = 12;

/**
 * The tag of a target's own artifact in the repository of the shared one: `<shared tag>_<path with dots>`, e.g. `latest_apps.cart`. It says
 * what is built, not for whom: targets of one name in two clusters do not meet in it, and those that build the same share it. A hash
 * follows where the path cannot be told from the tag, or components are added to it.
 */
export function artifactTag(sharedTag: string, path: RelativePath, components: readonly RelativePath[]): string {
  const plain = path === ROOT ? 'root' : path.replaceAll('/', '.').replaceAll(/[^A-Za-z0-9.-]/g, '-');
  const isPlain = /^[A-Za-z0-9-]+(\/[A-Za-z0-9-]+)*$/.test(path) && path !== 'root' && components.length === 0;
  const whole = `${sharedTag}_${plain}`;
  if ((isPlain || (path === ROOT && components.length === 0)) && whole.length <= TAG_LENGTH_MAX) return whole;
  const hash = createHash('sha256')
    .update([sharedTag, path, ...components].join('\0'))
    .digest('hex')
    .slice(0, HASH_LENGTH);
  return `${whole.slice(0, TAG_LENGTH_MAX - HASH_LENGTH - 1)}_${hash}`;
}
