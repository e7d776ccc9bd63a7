import { createHash } from 'node:crypto';

/** Names that also fit into a label. */
const NAME_CHARACTERS_MAX = 63;
const SUFFIX = '-isolated';
const HASH_CHARACTERS = 8;

interface Named {
  readonly namespace: string;
  readonly name: string;
}

/**
 * What the own source of a target is called for a session: `<name>-isolated`, and where that is `taken` or too long, a name with a hash of the
 * target. Undefined where both are taken.
 */
export function ownSourceName(target: Named, taken: (name: string) => boolean): string | undefined {
  return ownSourceNames(target).find((name) => !taken(name));
}

/** Whether a session may have given that name to the own source of `target`. */
export function isOwnSourceName(target: Named, name: string): boolean {
  return ownSourceNames(target).includes(name);
}

function ownSourceNames({ namespace, name }: Named): readonly string[] {
  const plain = name + SUFFIX;
  const hash = createHash('sha256').update(`${namespace}/${name}`).digest('hex').slice(0, HASH_CHARACTERS);
  const room = NAME_CHARACTERS_MAX - SUFFIX.length - 1 - HASH_CHARACTERS;
  // A cut may end behind a dot, which a dash must not follow.
  const hashed = `${name.slice(0, room).replace(/[^a-z0-9]+$/, '')}${SUFFIX}-${hash}`;
  return plain.length <= NAME_CHARACTERS_MAX ? [plain, hashed] : [hashed];
}
