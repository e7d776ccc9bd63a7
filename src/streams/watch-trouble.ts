import { codeOf } from './fingerprint.ts';

/** Why the watching is worse than it should be, and the cure; `exhausted` when the system gives no more watches at all. */
export interface WatchTrouble {
  readonly reason: string;
  readonly hint: string;
  readonly exhausted: boolean;
}

export function watchTrouble(error: Error): WatchTrouble {
  const code = codeOf(error);
  switch (code) {
    case 'ENOSPC':
      return {
        reason: `the system's limit of file watches is reached (${error.message})`,
        hint: 'Raise it: sudo sysctl fs.inotify.max_user_watches=524288 (and fs.inotify.max_user_instances=512); until then the tree is polled.',
        exhausted: true,
      };
    case 'EMFILE':
    case 'ENFILE':
      return {
        reason: `too many files or watch queues are open (${error.message})`,
        hint: 'Raise the limits: ulimit -n 65536, sudo sysctl fs.inotify.max_user_instances=512; until then the tree is polled.',
        exhausted: true,
      };
    case 'EACCES':
    case 'EPERM':
      return {
        reason: `a part of the tree cannot be watched (${error.message})`,
        hint: 'Give read permission on it, or move it out of the watched directory.',
        exhausted: false,
      };
    default:
      return {
        reason: `watching failed in a part of the tree (${error.message})`,
        hint: 'If saves go unnoticed, use --poll.',
        exhausted: false,
      };
  }
}
