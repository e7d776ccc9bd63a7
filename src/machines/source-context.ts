import type { Failure } from '../domain/failure.ts';
import type { Limits } from '../domain/limits.ts';
import type { SourceObservation } from '../domain/observation.ts';
import type { Delivered } from './messages.ts';

export interface SourceContext {
  readonly limits: Limits;
  /** e.g. `OCIRepository/flux-system/shop`. */
  readonly id: string;
  /** The newest cycle that wants a push, and the one whose content is being (or was last) pushed. */
  readonly wantedCycle: number;
  readonly pushingCycle: number;
  readonly contentDigest: string;
  readonly generators: readonly string[];
  /** Manifest digest of the artifact pushed last, `sha256:…`. */
  readonly pushedDigest: string | undefined;
  /** The cycle whose content that was. */
  readonly pushedCycle: number;
  readonly token: string | undefined;
  /** Latest artifact revision of this source and of each ExternalArtifact made from it, by id. */
  readonly revisions: Readonly<Record<string, string>>;
  readonly observation: SourceObservation | undefined;
  readonly generatorTokens: Readonly<Record<string, string>>;
  readonly failure: Failure | undefined;
  /** The failure the waiting targets have been told of, so that they hear it once. */
  readonly toldFailure: string | undefined;
}

export type SourceEvent = Delivered &
  (
    | {
        readonly type: 'PushWanted';
        /** Empty: nothing is pushed, the source is only asked. */
        readonly contentDigest: string;
        readonly generators: readonly string[];
        readonly cycle: number;
      }
    | { readonly type: 'HooksSucceeded' }
    | { readonly type: 'HookFailed'; readonly failure: Failure }
    | {
        readonly type: 'ArtifactPushed';
        readonly digest: string;
        readonly unchanged: boolean;
        readonly bytesSent: number;
      }
    | { readonly type: 'ContentMoved'; readonly paths: readonly string[] }
    | { readonly type: 'PushFailed'; readonly failure: Failure }
    | { readonly type: 'SourceAsked' }
    | { readonly type: 'SourceAskFailed'; readonly failure: Failure }
    | { readonly type: 'GeneratorsAsked' }
    | { readonly type: 'GeneratorsAskFailed'; readonly failure: Failure }
    | { readonly type: 'SourceObserved'; readonly observation: SourceObservation }
    | { readonly type: 'GeneratorObserved'; readonly id: string; readonly handled: string }
    | { readonly type: 'SourceWaitElapsed' }
    | { readonly type: 'EffectOutcomeUnknown'; readonly effect: string; readonly message?: string }
  );
