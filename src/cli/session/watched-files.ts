import type { RelativePath } from '../../domain/paths.ts';
import type { Clock } from '../../engine/clock.ts';
import type { NewEvent } from '../../engine/event-log.ts';
import { WATCH } from '../../machines/messages.ts';
import { type FileEvent, fileEvents } from '../../streams/file-events.ts';
import type { Happening } from '../../ui/happening.ts';

/** The file events of the watched tree, as events for the watch machine. Nothing is told before `onEvents`; what came by then is. */
export interface WatchedFiles {
  readonly ready: Promise<void>;
  onEvents(listener: (events: readonly NewEvent[]) => void): void;
  unsubscribe(): void;
}

/** Watches the whole source root: a target may read files beside the watched directory. */
export function watchedFiles(options: {
  readonly rootDir: string;
  readonly poll: boolean;
  readonly clock: Clock;
  readonly onHappening: (happening: Happening) => void;
}): WatchedFiles {
  const { onHappening } = options;
  let early: NewEvent[] = [];
  let tell = (events: readonly NewEvent[]): void => {
    early.push(...events);
  };
  let isReady: () => void;
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  const subscription = fileEvents(options.rootDir, { poll: options.poll, clock: options.clock }).subscribe((event) => {
    switch (event.type) {
      case 'ready':
        isReady();
        break;
      case 'degraded':
        onHappening({ type: 'message', level: 'warning', text: event.reason, hint: event.hint });
        break;
      case 'root-removed':
        onHappening({
          type: 'message',
          level: 'warning',
          text: `${options.rootDir} is gone: nothing is pushed until it is there again`,
        });
        break;
      case 'root-added':
        onHappening({ type: 'message', level: 'info', text: `${options.rootDir} is there again` });
        break;
      default:
        tell([changeOf(event)]);
    }
  });
  return {
    ready,
    onEvents: (listener) => {
      tell = listener;
      if (early.length > 0) listener(early);
      early = [];
    },
    unsubscribe: () => subscription.unsubscribe(),
  };
}

function changeOf(
  event: Exclude<FileEvent, { readonly type: 'ready' | 'degraded' | 'root-removed' | 'root-added' }>,
): NewEvent {
  if (event.type === 'rescan') return { machine: WATCH, type: 'FilesChanged', paths: [], rescan: true, from: 'rescan' };
  const paths: RelativePath[] = [event.path];
  return { machine: WATCH, type: 'FilesChanged', paths };
}
