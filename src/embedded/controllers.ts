import type { ObjectAccess } from './store/object-access.ts';
import type { StoreEvent } from './store/store-event.ts';

/** What most controllers look at. */
export type ObjectEvent = Pick<StoreEvent, 'type' | 'object' | 'previous'>;

/** A running stand-in of a controller. */
export interface Controller<Event = StoreEvent> {
  observe(event: Event): void;
  /** Enqueues what is in the cluster already. */
  start(): void | Promise<void>;
  stop(): Promise<void>;
}

/** Starts `controllers` on what is in the cluster and what comes to be. What is returned stops them. */
export async function startControllers(
  { store }: Pick<ObjectAccess, 'store'>,
  controllers: readonly Controller[],
): Promise<() => Promise<void>> {
  const unsubscribe = store.subscribe((event) => {
    for (const controller of controllers) controller.observe(event);
  });
  await Promise.all(controllers.map((controller) => controller.start()));
  return async () => {
    unsubscribe();
    await Promise.all(controllers.map((controller) => controller.stop()));
  };
}
