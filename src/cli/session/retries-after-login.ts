import type { EngineState } from '../../engine/engine-state.ts';
import type { NewEvent } from '../../engine/event-log.ts';
import { sourceMachineId } from '../../machines/messages.ts';
import type { SourceContext } from '../../machines/source-context.ts';
import type { TargetContext } from '../../machines/target-context.ts';

/** For the targets that were given up since the registry refused the login, or had none: there may be another one by now. */
export function retriesAfterLogin({ machines }: Pick<EngineState, 'machines'>): NewEvent[] {
  return [...machines].flatMap(([machine, snapshot]) => {
    if (!machine.startsWith('target/') || !snapshot.matches('dead-letter')) return [];
    const { reason, reads } = snapshot.context as TargetContext;
    return reason === 'unauthorized' || (reason === 'push refused' && isLoginRefused(machines, reads))
      ? [{ machine, type: 'RetryRequested' }]
      : [];
  });
}

function isLoginRefused(machines: EngineState['machines'], source: string): boolean {
  const context = machines.get(sourceMachineId(source))?.context as SourceContext | undefined;
  return context?.failure?.kind === 'unauthorized';
}
