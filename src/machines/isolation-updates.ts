import { requestToken } from '../domain/request-token.ts';
import type { IsolationContext, IsolationEvent } from './isolation-context.ts';
import { describeFetch, describeLoss } from './isolation-messages.ts';
import { needsToken } from './isolation-rules.ts';

/** What a step changes in the context of an isolation. */
type Update = Partial<IsolationContext>;
type Args = { readonly context: IsolationContext; readonly event: IsolationEvent };

/** As a session begins: nothing is known, and nothing under way. */
export const BLANK = {
  wantedContent: undefined,
  pushed: undefined,
  observed: { isolated: false, elsewhere: undefined, source: undefined },
  token: undefined,
  repushes: 0,
  turn: undefined,
  withdrawn: undefined,
  isGivingBack: false,
  isSwitchUnanswered: false,
  unfetched: undefined,
  refusal: '',
  failure: undefined,
} satisfies Update;

export function observed({ event }: Args): Update {
  return event.type === 'IsolationObserved' ? { observed: event.observation } : {};
}

/** What is wanted anew takes back what was decided about what was wanted before. */
export function wanted({ event }: Args): Update {
  if (event.type !== 'ClosureWanted') return {};
  const { source, content: wantedContent, cycle: wantedCycle } = event;
  return {
    source,
    wantedContent,
    wantedCycle,
    repushes: 0,
    turn: undefined,
    withdrawn: undefined,
    isGivingBack: false,
  };
}

export function wantedAgain({ context }: Args): Update {
  return { wantedContent: context.pushed?.content, repushes: context.repushes + 1 };
}

export function turnNoted({ event }: Args): Update {
  return event.type === 'TurnCame' ? { turn: event.revision } : {};
}

export function pushStarted({ context }: Args): Update {
  return { pushingContent: context.wantedContent ?? '', failure: undefined };
}

export function pushNoted({ context, event }: Args): Update {
  if (event.type !== 'ClosurePushed') return {};
  const { digest, revision } = event;
  return { pushed: { content: context.pushingContent, digest, revision } };
}

export function tokenRenewed({ context, event }: Args): Update {
  return { token: needsToken(context) ? requestToken(event.at, event.seq) : undefined };
}

export function sourceNoted({ context, event }: Args): Update {
  if (event.type !== 'SourceCreated' && event.type !== 'SourceMoved') return {};
  return { observed: { ...context.observed, source: event.source } };
}

export function switchNoted({ context, event }: Args): Update {
  const told = event.type === 'TargetSwitched' ? event.source : undefined;
  const source = told ?? context.observed.source;
  return { observed: { ...context.observed, isolated: true, source }, isSwitchUnanswered: false };
}

export function returnNoted({ context }: Args): Update {
  return {
    observed: { ...context.observed, isolated: false },
    turn: undefined,
    isGivingBack: false,
    isSwitchUnanswered: false,
  };
}

export function dropNoted({ context }: Args): Update {
  return { observed: { ...context.observed, source: undefined } };
}

export function failureNoted({ event }: Args): Update {
  return 'failure' in event ? { failure: event.failure } : {};
}

export function refusalNoted({ event }: Args): Update {
  return 'failure' in event ? { failure: event.failure, refusal: event.failure.message } : {};
}

export function fetchFailureNoted({ context }: Args): Update {
  const times = (context.unfetched?.times ?? 0) + 1;
  return { refusal: describeFetch(context), unfetched: { content: context.pushed?.content ?? '', times } };
}

export function lossNoted({ context }: Args): Update {
  return { refusal: describeLoss(context) };
}
