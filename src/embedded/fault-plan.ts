/** What goes wrong with the next requests that match. */
export interface Fault<Request> {
  /** Fields to compare, or a predicate; every request when absent. */
  readonly match?: Partial<Request> | ((request: Request) => boolean);
  /** Answer with this HTTP status instead of handling the request. */
  readonly status?: number;
  readonly retryAfterSeconds?: number;
  /** How many requests it hits. Default 1. */
  readonly times?: number;
  /** Wait this long before the request is handled (or refused). */
  readonly latencyMs?: number;
  /** Close the connection instead of handling the request. */
  readonly dropConnection?: boolean;
  /** Handle the request, and close the connection in place of the answer: the write has happened, the client cannot know. */
  readonly lostAnswer?: boolean;
  /** Close the connection after so many bytes of the answer's body, of a watch's stream as well. */
  readonly truncateAfterBytes?: number;
  /** Take the request and never answer; the connection stays open. */
  readonly silent?: boolean;
}

export interface PlannedFault {
  /** Requests it has yet to hit. */
  remaining(): number;
  cancel(): void;
}

/** Faults on demand: each is used up by the requests it hits; the oldest that matches is taken. */
export class FaultPlan<Request extends object> {
  #planned: { readonly fault: Fault<Request>; left: number }[] = [];

  next(fault: Fault<Request>): PlannedFault {
    const entry = { fault, left: fault.times ?? 1 };
    this.#planned.push(entry);
    return {
      remaining: () => entry.left,
      cancel: () => {
        entry.left = 0;
        this.#planned = this.#planned.filter((other) => other !== entry);
      },
    };
  }

  clear(): void {
    for (const entry of this.#planned) entry.left = 0;
    this.#planned = [];
  }

  /** The fault that hits `request`, counted as used. */
  take(request: Request): Fault<Request> | undefined {
    const entry = this.#planned.find(({ fault }) => matches(fault.match, request));
    if (entry === undefined) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#planned = this.#planned.filter((other) => other !== entry);
    return entry.fault;
  }
}

function matches<Request extends object>(match: Fault<Request>['match'], request: Request): boolean {
  if (match === undefined) return true;
  if (typeof match === 'function') return match(request);
  const actual = new Map<string, unknown>(Object.entries(request));
  return Object.entries(match).every(([field, value]) => actual.get(field) === value);
}
