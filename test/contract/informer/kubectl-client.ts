import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { V1ConfigMap } from '@kubernetes/client-node';
import { Feed } from './feed.ts';
import { changeOf, type RunningClient } from './informer-client.ts';
import type { Change } from './truth.ts';

const RESTART_MS = 20;

/** `kubectl get configmaps -w -o json` as a process, started again whenever it ends. */
export function runKubectl(kubeconfigPath: string, namespace: string): RunningClient {
  const feed = new Feed();
  const get = ['get', 'configmaps', '-n', namespace, '-w', '--output-watch-events', '-o', 'json'];
  let restarts = -1;
  let stopped = false;
  let child = run();
  const ended = keepRunning();

  function run() {
    restarts++;
    const started = spawn('kubectl', ['--kubeconfig', kubeconfigPath, ...get], { stdio: ['ignore', 'pipe', 'ignore'] });
    const printed = new PrintedWatch(feed);
    createInterface({ input: started.stdout }).on('line', (line) => printed.line(line));
    return started;
  }

  async function keepRunning(): Promise<void> {
    for (;;) {
      await once(child, 'close');
      if (stopped) return;
      await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
      child = run();
    }
  }

  return {
    name: 'kubectl get -w',
    feed,
    restarts: () => restarts,
    faults: () => [],
    async stop() {
      stopped = true;
      child.kill();
      await ended;
    },
  };
}

/** Reads what one kubectl prints: the objects of its list as ADDED, then the changes. */
class PrintedWatch {
  readonly #feed: Feed;
  #list: Map<string, number> | undefined = new Map();

  constructor(feed: Feed) {
    this.#feed = feed;
  }

  line(line: string): void {
    const { type, object } = JSON.parse(line) as { readonly type: string; readonly object: V1ConfigMap };
    const change = changeOf(type, object);
    if (change !== undefined) this.#read(change);
  }

  /** Only a change of an object that was printed before is surely none of the list: the state before it is taken for the list. */
  #read(change: Change): void {
    if (this.#list !== undefined) {
      if (change.type === 'ADDED' && !this.#list.has(change.name)) {
        this.#list.set(change.name, change.revision);
        return;
      }
      this.#feed.listed(change.revision - 1, this.#list);
      this.#list = undefined;
    }
    this.#feed.changed(change);
  }
}
