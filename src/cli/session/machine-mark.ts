import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/**
 * Hex sha256 that tells this machine from others of its name without telling which it is. Of containers with one name and one kernel each
 * has its own, as each has its own process numbers.
 */
export function machineMark(host: string): string {
  return createHash('sha256')
    .update([host, ...identity()].join('\0'))
    .digest('hex');
}

function identity(): readonly string[] {
  try {
    return [readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(), readlinkSync('/proc/self/ns/pid')];
  } catch {
    // Not Linux.
    const addresses = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ mac }) => mac));
    return [...new Set(addresses)].sort();
  }
}
