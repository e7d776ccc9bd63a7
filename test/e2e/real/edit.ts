import type { DecisionSummary } from '../../../src/machines/watch-context.ts';
import type { PrintedEvent, WatchProcess } from '../watch-process.ts';
import { askedAgain, withoutAskedAgain } from './sent-away.ts';
import type { Shop } from './shop.ts';

/** What came of an edit, until the watch was at rest again. */
export interface Edit {
  readonly events: readonly PrintedEvent[];
  /** Whose `requestedAt` is another now, the source as `source`. */
  readonly asked: readonly string[];
  /** One entry for each patch that the API server took from the user, in order; but for those of `askedAgain`. */
  readonly patches: readonly string[];
  /** Reason by path. */
  readonly decisions: Readonly<Record<string, string>>;
  /** Why it was a full reconcile, undefined when it was none. */
  readonly full: string | undefined;
  readonly pushes: number;
}

/** Changes files and waits until the watch has seen it and is at rest, its targets `expected` (default: settled). */
export async function edit(
  shop: Shop,
  watch: WatchProcess,
  change: () => void | Promise<void>,
  expected?: Readonly<Record<string, string>>,
): Promise<Edit> {
  const from = watch.lastSeq;
  const [tokens, patched] = await Promise.all([shop.tokens(), shop.patches()]);
  await change();
  await watch.event({ machine: 'watch', type: 'FilesChanged' }, from);
  const { seq } = await shop.atRest(watch, expected);
  // What the status has read from the log is printed too, a moment later.
  await watch.find(`event ${seq}`, () => (watch.lastSeq >= seq ? true : undefined));
  const events = watch.events.filter((event) => event.seq > from);
  const full = events.find(({ type }) => type === 'TargetsUncertain')?.full;
  return {
    events,
    asked: await shop.askedSince(tokens),
    patches: withoutAskedAgain((await shop.patches()).slice(patched.length), events),
    decisions: Object.fromEntries(events.flatMap(decisionsOf).map(({ path, reason }) => [path, reason])),
    full: (full as { readonly reason?: string } | undefined)?.reason,
    pushes: events.filter(({ type }) => type === 'ArtifactPushed').length,
  };
}

function decisionsOf({ decisions }: PrintedEvent): readonly DecisionSummary[] {
  return Array.isArray(decisions) ? (decisions as DecisionSummary[]) : [];
}

/** What was asked and what settled, in order: `ask web`, `ready web`; without what was asked again. */
export function story(events: readonly PrintedEvent[]): readonly string[] {
  const again = new Set(askedAgain(events));
  return events.flatMap((event) => {
    if (again.has(event)) return [];
    const name = (id: unknown): string => String(id).split('/').at(-1) ?? '';
    if (event.type === 'EffectRequested' && event.effect === 'askTarget') return [`ask ${name(event.machine)}`];
    if (event.type === 'TargetSettled') return [`${String(event.outcome)} ${name(event.target)}`];
    return [];
  });
}
