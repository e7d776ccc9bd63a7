import type { MachineView, StateView } from './evidence.ts';

/** The fields of the watch machine that invariants read. */
export interface WatchView {
  readonly collected: readonly string[];
  readonly rescan: boolean;
  readonly recheck: boolean;
  readonly full: unknown;
  readonly heldFull: unknown;
  readonly batch: { readonly full: unknown };
  readonly inFlight: Readonly<Record<string, true>>;
  readonly attempt: number;
  readonly lastReason: string;
  readonly cycle: number;
}

export interface TargetView {
  readonly id: string;
  /** The source it reads. */
  readonly reads: string;
  readonly desiredDigest: string | undefined;
  readonly reconciledDigest: string | undefined;
  readonly revisions: readonly string[];
  readonly dependsOn: readonly { readonly id: string }[];
  readonly dependencies: Readonly<Record<string, unknown>>;
  readonly attempt: number;
  readonly owed: boolean;
  readonly token: string | undefined;
  readonly reason: string;
  readonly message: string;
}

/** The state's name from the top: `progressing.asking`. */
export function stateOf(machine: MachineView): string {
  let { value } = machine;
  const names: string[] = [];
  while (typeof value === 'object' && value !== null) {
    const [name, below] = Object.entries(value)[0] ?? ['', ''];
    names.push(name);
    value = below;
  }
  names.push(String(value));
  return names.join('.');
}

/** A machine's state as the status names it. */
export function topStateOf(machine: MachineView): string {
  return typeof machine.value === 'string' ? machine.value : (Object.keys(machine.value as object)[0] ?? '');
}

export function kindOf(machineId: string): string {
  const slash = machineId.indexOf('/');
  return slash < 0 ? machineId : machineId.slice(0, slash);
}

export function watchOf(state: StateView): WatchView | undefined {
  return state.machines.get('watch')?.context as WatchView | undefined;
}

export function targetOf(machine: MachineView): TargetView {
  return machine.context as TargetView;
}

export function isOwed(watch: WatchView): boolean {
  return watch.collected.length > 0 || watch.rescan || watch.recheck || watch.full !== undefined;
}

/** `target/Kustomization/ns/name` → `Kustomization/ns/name`. */
export function nameOf(machineId: string): string {
  return machineId.slice(machineId.indexOf('/') + 1);
}
