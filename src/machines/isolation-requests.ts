import { requestToken } from '../domain/request-token.ts';
import type { IsolationContext, IsolationEvent } from './isolation-context.ts';

type Args = { readonly context: IsolationContext; readonly event: IsolationEvent };

/** Of a target and its own source, by their ids. */
export interface Pair {
  readonly target: string;
  readonly source: string;
}

/** An artifact by the digest of its manifest, and the digest of the closure that it holds. */
export interface Artifact {
  readonly digest: string;
  readonly content: string;
}

export type PushRequest = Pair & { readonly content: string; readonly cycle: number };
export type CreateRequest = Pair & Artifact;
/** `token`: of the request that goes with it, for a target that is moved and asked by one patch. */
export type SwitchRequest = Pair & Artifact & { readonly token: string };
/** `token`: '' where the digest moves, which starts a fetch by itself. */
export type MoveRequest = Artifact & { readonly source: string; readonly token: string };

export function pushRequest({ context }: Args): PushRequest {
  return { ...pairOf(context), content: context.pushingContent, cycle: context.wantedCycle };
}

export function createRequest({ context }: Args): CreateRequest {
  return { ...pairOf(context), ...artifactOf(context) };
}

export function switchRequest({ context, event }: Args): SwitchRequest {
  return { ...pairOf(context), ...artifactOf(context), token: requestToken(event.at, event.seq) };
}

export function moveRequest({ context }: Args): MoveRequest {
  return { source: context.source, ...artifactOf(context), token: context.token ?? '' };
}

export function returnRequest({ context }: Args): Pick<Pair, 'target'> {
  return { target: context.id };
}

export function dropRequest({ context }: Args): Pair {
  return pairOf(context);
}

function pairOf({ id: target, source }: IsolationContext): Pair {
  return { target, source };
}

function artifactOf({ pushed }: IsolationContext): Artifact {
  return { digest: pushed?.digest ?? '', content: pushed?.content ?? '' };
}
