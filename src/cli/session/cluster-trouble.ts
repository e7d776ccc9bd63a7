import type { Failure } from '../../domain/failure.ts';
import type { Happening } from '../../ui/happening.ts';

/** What is said of kinds of objects that cannot be watched: a cluster that is away is one trouble, not one for each kind. */
export class ClusterTrouble {
  /** By kind, the trouble that it is in. */
  readonly #troubles = new Map<string, { readonly message: string; kinds: number }>();

  /** Undefined: that was said already, of another kind. */
  degraded(kind: string, { message, hint }: Failure): Happening | undefined {
    const known = [...this.#troubles.values()].find((trouble) => trouble.message === message);
    const trouble = known ?? { message, kinds: 0 };
    if (this.#troubles.get(kind) !== trouble) trouble.kinds += 1;
    this.#troubles.set(kind, trouble);
    if (known !== undefined) return undefined;
    return {
      type: 'message',
      level: 'warning',
      text: `${kind} objects cannot be watched: ${message}`,
      ...(hint === undefined ? {} : { hint }),
    };
  }

  /** Undefined: others are in that trouble still. */
  recovered(kind: string): Happening | undefined {
    const trouble = this.#troubles.get(kind);
    this.#troubles.delete(kind);
    if (trouble !== undefined && [...this.#troubles.values()].includes(trouble)) return undefined;
    const what = trouble === undefined || trouble.kinds === 1 ? `${kind} objects` : 'all these objects';
    return { type: 'message', level: 'info', text: `${what} are watched again` };
  }
}
