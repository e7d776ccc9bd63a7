import { targetsFedBy } from '../../effects/fed-source.ts';
import type { PendingEffect } from '../../engine/engine-state.ts';
import type { Happening } from '../../ui/happening.ts';
import type { ComposedWatch } from './compose-watch.ts';

export interface BannerFacts {
  /** As the user named it. */
  readonly dir: string;
  readonly connection: { readonly contextName: string };
  /** How the cluster is named to the user. */
  readonly clusterName: string;
  /** `--registry` */
  readonly registry?: string | undefined;
  readonly dryRun: boolean;
  readonly logPath: string;
}

/** What the user is told as the watch begins. */
export function banner(options: BannerFacts, { view, fed, isolation }: ComposedWatch): Happening {
  const warnings: string[] = [];
  // What changes gets there all the same, by artifacts of its own; at the end it is said what to commit.
  const goesAlone = fed.push === undefined && isolation.decision.on ? options.registry : undefined;
  if (fed.notPushable !== undefined && goesAlone === undefined) warnings.push(fed.notPushable);
  if (fed.definition?.suspended === true) warnings.push(`${fed.id} is suspended: what is pushed is not fetched`);
  return {
    type: 'banner',
    directory: options.dir,
    context: options.connection.contextName,
    cluster: options.clusterName,
    source: fed.id,
    registry:
      fed.push === undefined
        ? goesAlone && `${goesAlone} (what changes, each on its own)`
        : `${fed.push.url}:${fed.push.tag}`,
    targets: targetsFedBy(view.definitions, fed.id).length,
    isolation: { on: isolation.decision.on, reason: isolation.decision.reason },
    warnings,
    dryRun: options.dryRun,
    log: options.logPath,
  };
}

/** `error` undefined: it can be written again. */
export function logFailure(error: Error | undefined, logPath: string): Happening {
  if (error === undefined)
    return { type: 'message', level: 'info', text: 'the event log can be written again; going on' };
  const hint =
    'hint' in error && typeof error.hint === 'string'
      ? error.hint
      : 'make room or give it another place with --log; nothing is lost meanwhile';
  return {
    type: 'message',
    level: 'error',
    text: `the event log ${logPath} cannot be written: ${error.message}`,
    hint,
  };
}

/** A handler of an effect threw. */
export function crash(error: unknown, { effect, owner }: PendingEffect): Happening {
  return { type: 'message', level: 'error', text: `${effect} for ${owner} crashed: ${String(error)}` };
}
