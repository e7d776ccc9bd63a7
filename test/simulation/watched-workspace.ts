import type { Resolution } from '../../src/domain/resolution.ts';
import { Workspace, type WorkspaceOptions } from '../../src/effects/workspace.ts';

/** The real workspace, and somebody who is told of each look at the files. */
export class WatchedWorkspace extends Workspace {
  readonly #watcher: { readonly before: () => void; readonly after: () => void };

  constructor(options: WorkspaceOptions, watcher: { readonly before: () => void; readonly after: () => void }) {
    super(options);
    this.#watcher = watcher;
  }

  override resolve(batch: Parameters<Workspace['resolve']>[0]): Resolution {
    this.#watcher.before();
    const resolution = super.resolve(batch);
    this.#watcher.after();
    return resolution;
  }
}
