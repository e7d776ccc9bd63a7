import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { HappeningsOf } from '../../src/cli/happenings-of.ts';
import { startWatchSession, type WatchSession, type WatchSessionOptions } from '../../src/cli/watch-session.ts';
import { loadKubeconfig } from '../../src/cluster/kubeconfig.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { UNREADABLE_BY_BUILDS } from '../../src/domain/unreadable-by-builds.ts';
import { REQUESTED_AT } from '../../src/effects/ask-flux.ts';
import {
  type EmbeddedCluster,
  type EmbeddedFlux,
  type EmbeddedRegistry,
  type FluxOptions,
  startCluster,
  startFlux,
  startRegistry,
} from '../../src/embedded/testing.ts';
import { systemClock } from '../../src/engine/clock.ts';
import type { LoggedEvent } from '../../src/engine/event-log.ts';
import { WATCH } from '../../src/machines/messages.ts';
import { stateName } from '../../src/machines/state-name.ts';
import { renderHappening } from '../../src/ui/render-watch.ts';
import { createStyle } from '../../src/ui/style.ts';
import { ociRepository } from './flux-manifests.ts';
import { gatedClock, UNTIL_OPENED_MS } from './gated-clock.ts';
import { until } from './poll.ts';

export interface EmbeddedWatchOptions {
  /** Path → text, relative to the source root. */
  readonly files: Readonly<Record<string, string>>;
  /** Flux's objects besides OCIRepository/flux-system/shop, which is fed from the directory. */
  readonly objects: readonly KubeObject[];
  /** Puts another source in the place of OCIRepository/flux-system/shop. */
  readonly source?: KubeObject;
  readonly flux?: Omit<FluxOptions, 'cluster'>;
  /** Runs after the files are there and before anything else. */
  readonly prepare?: (dir: string) => void;
  /** What the watch is told at its start; by default it begins with a full reconcile. */
  readonly watch?: Partial<WatchSessionOptions>;
}

/** What came of one edit: everything between it and the next time the watch is at rest with nothing on the disk unseen. */
export interface Cycle {
  readonly events: readonly LoggedEvent[];
  /** Ids of the Kustomizations whose `requestedAt` changed in the cluster, sorted, without `Kustomization/`. */
  readonly asked: readonly string[];
  /** The same, in the order of the requests. */
  readonly askedInOrder: readonly string[];
  readonly pushes: number;
  /** As a person without a terminal would read it. */
  readonly text: string;
  /** Reason by path. */
  readonly decisions: Readonly<Record<string, string>>;
}

/** A watch in this process, over HTTP, on a directory and a cluster of its own. */
export class EmbeddedWatch {
  readonly cluster: EmbeddedCluster;
  readonly registry: EmbeddedRegistry;
  readonly flux: EmbeddedFlux;
  readonly home: string;
  /** The source root. */
  readonly dir: string;
  readonly events: LoggedEvent[] = [];
  /** Names of Kustomizations that stop at the gate when they apply. */
  readonly gated = new Set<string>();
  readonly gate: ReturnType<typeof gatedClock>;
  readonly #options: EmbeddedWatchOptions;
  readonly #abort = new AbortController();
  #lines: { readonly seq: number; readonly text: string }[] = [];
  #session: WatchSession | undefined;

  private constructor(
    options: EmbeddedWatchOptions,
    world: { cluster: EmbeddedCluster; registry: EmbeddedRegistry; home: string; dir: string },
    startControllers: (watch: EmbeddedWatch, clock: ReturnType<typeof gatedClock>) => EmbeddedFlux,
  ) {
    this.#options = options;
    this.cluster = world.cluster;
    this.registry = world.registry;
    this.home = world.home;
    this.dir = world.dir;
    this.gate = gatedClock();
    this.flux = startControllers(this, this.gate);
  }
}
