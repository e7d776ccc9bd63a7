import type { EngineState } from '../../engine/engine-state.ts';
import type { NewEvent } from '../../engine/event-log.ts';

/** For the machines that a name from the command line means: `apps`, `flux-system/apps` or `Kustomization/flux-system/apps`. */
export function retryEvents(name: string, state: Readonly<EngineState>): NewEvent[] {
  return [...state.machines.keys()]
    .filter(
      (machine) => machine.startsWith('target/') && (machine === `target/${name}` || machine.endsWith(`/${name}`)),
    )
    .map((machine) => ({ machine, type: 'RetryRequested' }));
}
