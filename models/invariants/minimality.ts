import { OTHER_BUILD } from '../../src/domain/resolution.ts';
import type { Evidence, Invariant, LoggedEvent, StateView } from './evidence.ts';
import { targetOf } from './machine-views.ts';

interface Target {
  /** What was live when it was settled last, as Ready or as known from before. */
  settled: string | undefined;
  /** How often it was wanted since then. */
  wants: number;
  /** Why it may be asked though its files are the same. */
  excuse: string | undefined;
  /** It was given another path: it may be asked before and after the watch has seen that, whenever that is. */
  isRedefined: boolean;
  /** It was wanted by a process that died. */
  isRestarted: boolean;
  /** The request that was decided since then. */
  token: unknown;
  /** It was suspended since it was settled last, whatever was asked of it since. */
  wasSuspended: boolean;
}

/** A full reconcile, a neighbour or a followed target asks for more than what changed, and the log says so. */
const RULES_THAT_SAY_WHY: ReadonlySet<unknown> = new Set(['full', 'nearest-owner', 'follower', 'chart']);

/** What makes an answer for the same files worth asking for. */
const EXCUSES: ReadonlySet<string> = new Set([
  'RetryRequested',
  'EffectOutcomeUnknown',
  'TargetDefined',
  'TargetHeld',
  'TargetSuspended',
  'PushedUnseen',
]);

export const minimality: Invariant = {
  name: 'minimality',
  promise:
    'A target whose files are those it was reconciled with is not asked, unless the log has a nearest-owner decision, a full reconcile with its reason, or an answer that is missing.',
  begin() {
    const targets = new Map<string, Target>();
    const live = new Map<string, string>();
    const of = (id: string): Target => {
      const known = targets.get(id) ?? {
        settled: undefined,
        wants: 0,
        excuse: undefined,
        isRedefined: false,
        isRestarted: false,
        token: undefined,
        wasSuspended: false,
      };
      targets.set(id, known);
      return known;
    };

    function settle(id: string): void {
      const { wants, isRedefined, isRestarted, wasSuspended } = of(id);
      // What was saved while it was suspended came with the answer to an older request; nobody noted for which files.
      const isVague = isRestarted || (wasSuspended && wants > 0);
      const kept = isVague ? 'wanted anew while it was wanted' : undefined;
      const now = { settled: live.get(id), wants: 0, excuse: kept, isRedefined };
      targets.set(id, { ...now, isRestarted: false, token: undefined, wasSuspended: false });
    }

    function take(event: LoggedEvent, state: StateView): void {
      if (event.type === 'TargetSettled') {
        const id = String(event.target);
        if (event.outcome === 'ready') settle(id);
        else of(id).excuse = String(event.outcome);
        if (event.outcome === 'suspended') of(id).wasSuspended = true;
      }
      if (!event.machine.startsWith('target/')) return;
      const id = event.machine.slice('target/'.length);
      if (event.type === 'BaselineFound') {
        settle(id);
        // Nobody knows any more what it was reconciled with, or knows it for another definition only, and the log says so; or it was composed, maybe of
        // an older push than the one that is known.
        const machine = state.machines.get(event.machine);
        const isComposed = machine !== undefined && targetOf(machine).reads.startsWith('ExternalArtifact/');
        if (event.digest === undefined || event.digest === OTHER_BUILD || isComposed) of(id).settled = undefined;
      }
      if (event.type === 'ReconcileWanted') {
        of(id).wants += 1;
        if (RULES_THAT_SAY_WHY.has(event.rule)) of(id).excuse = String(event.rule);
      }
      if (event.type === 'EffectRequested' && event.effect === 'askTarget')
        of(id).token = (event.params as { readonly token: string }).token;
      if (EXCUSES.has(event.type)) of(id).excuse = event.type;
      if (event.type === 'TargetSuspended') of(id).wasSuspended = true;
    }

    return (evidence: Evidence) => {
      switch (evidence.type) {
        case 'cluster-changed':
          targets.clear();
          live.clear();
          return undefined;
        case 'restarted':
          // What was saved meanwhile may come with the answer to a request from before.
          for (const target of targets.values()) if (target.wants > 0) target.isRestarted = true;
          return undefined;
        case 'redefined':
          of(evidence.target).isRedefined = true;
          return undefined;
        case 'applied':
          live.set(evidence.target, evidence.content);
          return undefined;
        case 'committed':
          // An answer that is logged beside a newer want is about the older one.
          for (const event of evidence.events) if (event.type === 'TargetSettled') take(event, evidence.state);
          for (const event of evidence.events) if (event.type !== 'TargetSettled') take(event, evidence.state);
          return undefined;
        case 'asked': {
          const { settled, wants, excuse, isRedefined, isRestarted, token } = of(evidence.target);
          if (
            // One that hung on since before it was settled was right when it was decided.
            token !== evidence.token ||
            excuse !== undefined ||
            isRedefined ||
            // Wanted before a crash, and not looked at since: its generator cannot be read.
            isRestarted ||
            wants !== 1 ||
            settled === undefined ||
            settled !== evidence.offered
          )
            return undefined;
          return `${evidence.target} was asked, and its files are those it was last reconciled with`;
        }
        default:
          return undefined;
      }
    };
  },
};
