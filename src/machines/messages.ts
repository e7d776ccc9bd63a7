/** An event for another machine. Machines return messages as data (action `tell`); the engine logs and delivers them in order. */
export interface Message {
  readonly to: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The parameters of every `tell…` action. */
export interface Messages {
  readonly messages: readonly Message[];
}

/** What the engine adds to each event it delivers. */
export interface Delivered {
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export const WATCH = 'watch';
export const sourceMachineId = (source: string): string => `source/${source}`;
export const targetMachineId = (target: string): string => `target/${target}`;
export const isolationMachineId = (target: string): string => `isolation/${target}`;
export const releaseMachineId = (release: string): string => `release/${release}`;
export const breakerMachineId = (dependency: string): string => `breaker/${dependency}`;
