import type { LoggedEvent } from './event-log.ts';

/** Turns an event of one shape version into the next one. Pure. */
export type Upcast = (event: LoggedEvent) => LoggedEvent;

/** For each event type whose shape ever changed: the step from version 1 to 2, from 2 to 3, … */
export type EventShapes = Readonly<Record<string, readonly Upcast[]>>;

/** No shape has changed yet. */
export const EVENT_SHAPES: EventShapes = {};

/** The version that events of `type` are written with: 1 for a shape that never changed. */
export function currentVersion(shapes: EventShapes, type: string): number {
  return 1 + stepsOf(shapes, type).length;
}

/** The event in today's shape, or undefined where its version is newer than this program. */
export function upcast(shapes: EventShapes, event: LoggedEvent): LoggedEvent | undefined {
  const steps = stepsOf(shapes, event.type);
  if (event.v > steps.length + 1) return undefined;
  let current = event;
  for (const step of steps.slice(event.v - 1)) current = { ...step(current), v: current.v + 1 };
  return current;
}

function stepsOf(shapes: EventShapes, type: string): readonly Upcast[] {
  return Object.hasOwn(shapes, type) ? (shapes[type] ?? []) : [];
}
