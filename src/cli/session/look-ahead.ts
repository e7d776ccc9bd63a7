import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RelativePath } from '../../domain/paths.ts';
import type { ObjectId } from '../../domain/target.ts';
import { closureParts } from '../../effects/closure-artifact.ts';
import type { ChooseSource } from '../../effects/isolation-choice.ts';
import { contentDigestOf, type KeptContents } from '../../effects/push-artifact.ts';
import type { Underway } from '../../effects/underway.ts';
import type { Workspace } from '../../effects/workspace.ts';
import type { Clock } from '../../engine/clock.ts';
import type { NewEvent } from '../../engine/event-log.ts';
import type { RegistryClient } from '../../registry/client.ts';

/** So long after the last file event: more of the same save is there by then. */
const AFTER_MS = 10;
/** A change of more is no edit by hand, and what follows from it is not waited for by the millisecond. */
const PATHS_MAX = 20;

export interface LookAheadOptions {
  readonly clock: Clock;
  readonly workspace: Pick<Workspace, 'likelyAfter'>;
  readonly contents: KeptContents;
  readonly choose: ChooseSource;
  /** Where a target's own artifact goes. */
  readonly registryOf: (target: ObjectId) => { readonly client: RegistryClient; readonly tag: string | undefined };
  /** Where the shared artifact goes; undefined while it cannot be pushed. */
  readonly shared: () => { readonly id: ObjectId; readonly client: RegistryClient; readonly tag: string } | undefined;
  /** While something is being sent, nothing is looked at. */
  readonly saving: Underway;
  /** Opens the connections. */
  readonly warm: () => void;
}

/**
 * While the quiet period of a save runs, puts together what the save will probably push, and asks the registry what it lacks of it. It decides, logs and
 * sends nothing; where it guessed wrong, the push does all of it itself.
 */
export class LookAhead {
  readonly #options: LookAheadOptions;
  readonly #paths = new Set<RelativePath>();
  #cancel: (() => void) | undefined;

  constructor(options: LookAheadOptions) {
    this.#options = options;
  }

  /** Files changed. */
  note(events: readonly NewEvent[]): void {
    const { clock, warm } = this.#options;
    for (const { paths } of events) for (const path of paths as readonly RelativePath[]) this.#paths.add(path);
    this.#cancel?.();
    this.#cancel = clock.schedule(() => {
      const paths = [...this.#paths];
      this.#paths.clear();
      warm();
      void this.#look(paths);
    }, AFTER_MS);
  }

  stop(): void {
    this.#cancel?.();
  }

  async #look(paths: readonly RelativePath[]): Promise<void> {
    const { saving, workspace } = this.#options;
    if (paths.length === 0 || paths.length > PATHS_MAX || saving.isUnderway) return;
    try {
      const likely = workspace.likelyAfter(paths);
      if (likely === undefined) return;
      let isShared = false;
      for (const target of likely.targets) {
        const artifact = likely.artifactOf(target);
        const { by } = this.#options.choose({ id: target, rule: 'closure', digest: artifact?.content });
        if (by === 'shared') isShared = true;
        if (by !== 'own' || artifact === undefined) continue;
        const { client, tag } = this.#options.registryOf(target);
        const read = this.#options.contents.of(target).read(artifact.files);
        if ('contents' in read) await client.warm({ ...closureParts(artifact, read.contents), tag });
        // Between two, whatever came meanwhile.
        await nextTurn();
      }
      const shared = isShared ? this.#options.shared() : undefined;
      if (shared === undefined) return;
      const config = likely.config();
      const contents = this.#options.contents.of(shared.id);
      const read = contents.readAs(contentDigestOf(config), () => likely.filesToPush());
      if ('contents' in read) await shared.client.warm({ files: read.contents, tag: shared.tag, config });
    } catch {
      // A file or directory came or went meanwhile. What it means is for the resolution to say.
    }
  }
}
