import { randomInt } from 'node:crypto';

/** No vowels and nothing that looks like one: no word comes out by chance. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
const NAME_LENGTH_MAX = 63;

/** A name made from `metadata.generateName`: what fits of it, and five random characters. */
export function generatedName(base: string): string {
  let suffix = '';
  while (suffix.length < SUFFIX_LENGTH) suffix += ALPHABET[randomInt(ALPHABET.length)];
  return `${base.slice(0, NAME_LENGTH_MAX - SUFFIX_LENGTH)}${suffix}`;
}
