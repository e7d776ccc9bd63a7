import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type EmbeddedCluster,
  StatusError,
  startArgoCd,
  startCluster,
  startFlux,
  startRegistry,
} from '../embedded/testing.ts';
import { type LoadedManifest, readManifests } from './cluster-manifests.ts';
import type { CommandIo } from './command.ts';
import { CommandFailedError, UsageError } from './errors.ts';
import { EXIT_INTERRUPTED } from './exit-codes.ts';
import { shellWord } from './shell-word.ts';
import { untilInterrupted } from './until-interrupted.ts';

/** What `reconcile-machine cluster` was asked for. */
export interface ClusterCommandOptions {
  /** Files, directories and `-`, as typed. */
  readonly files: readonly string[];
  readonly flux: boolean;
  readonly argocd: boolean;
  readonly registry: boolean;
  /** Where to write the kubeconfig; undefined: a temporary file. */
  readonly kubeconfig: string | undefined;
  readonly port: number | undefined;
  readonly json: boolean;
}

/** What is printed once all is up; one line of JSON with `--json`. */
interface Serving {
  readonly url: string;
  /** Absolute path. */
  readonly kubeconfig: string;
  /** `127.0.0.1:<port>` */
  readonly registry?: string;
  readonly flux: boolean;
  readonly argocd: boolean;
  /** Objects from manifests. */
  readonly loaded: number;
}

type Undo = () => void | Promise<void>;

/** `cluster`: serves an embedded cluster until Ctrl-C, and leaves nothing behind. */
export async function runCluster(options: ClusterCommandOptions, io: CommandIo): Promise<number> {
  const manifests = await readManifests(options.files, io);
  const undo: Undo[] = [];
  try {
    const cluster = await startCluster(options.port === undefined ? {} : { port: options.port }).catch(cannotListen);
    undo.push(() => cluster.stop());
    const registry = options.registry ? await startRegistry() : undefined;
    if (registry !== undefined) undo.push(() => registry.stop());
    // As where Flux is installed: its objects have a place.
    if (options.flux) cluster.objects.apply(FLUX_NAMESPACE, 'reconcile-machine');
    if (options.argocd) {
      // It brings its definitions, which Applications in the manifests need.
      const argo = await startArgoCd({ cluster });
      undo.push(() => argo.stop());
    }
    // Before Flux's controllers run: what they find is whole.
    load(cluster, manifests);
    if (options.flux) {
      const flux = await startFlux({ cluster });
      undo.push(() => flux.stop());
      if (flux.builder === 'plain')
        io.stderr.write('neither kubectl nor kustomize is installed: overlays and patches are not built\n');
    }
    const kubeconfig = writeKubeconfig(cluster.kubeconfig, options.kubeconfig, io, undo);
    show(
      {
        url: cluster.url,
        kubeconfig,
        ...(registry === undefined ? {} : { registry: registry.host }),
        flux: options.flux,
        argocd: options.argocd,
        loaded: manifests.length,
      },
      options,
      io,
    );
    await untilInterrupted(io.signal);
    return EXIT_INTERRUPTED;
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

function cannotListen(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  throw new CommandFailedError(message, 'choose another with --port, or leave it out for a free one', { cause: error });
}

const FLUX_NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } };
const FIRST_KINDS = ['Namespace', 'CustomResourceDefinition'];

/** Namespaces and definitions go first, whatever the order of the files. */
function load(cluster: EmbeddedCluster, manifests: readonly LoadedManifest[]): void {
  const rank = ({ object }: LoadedManifest): number => {
    const place = FIRST_KINDS.indexOf(object.kind);
    return place < 0 ? FIRST_KINDS.length : place;
  };
  for (const { object, place } of [...manifests].sort((a, b) => rank(a) - rank(b))) {
    try {
      cluster.objects.apply(object, 'reconcile-machine');
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      throw new UsageError(`${place}: ${error.message}`, 'the cluster refuses this object', { cause: error });
    }
  }
}

function writeKubeconfig(text: string, wanted: string | undefined, io: CommandIo, undo: Undo[]): string {
  if (wanted === undefined) {
    const directory = mkdtempSync(join(tmpdir(), 'reconcile-machine-cluster-'));
    undo.push(() => rmSync(directory, { recursive: true, force: true }));
    const path = join(directory, 'kubeconfig');
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }
  const path = resolve(io.cwd, wanted);
  // Never over a file that is there: it may be the kubeconfig of somebody's real clusters.
  const file = openNew(path, wanted);
  undo.push(() => rmSync(path, { force: true }));
  writeFileSync(file, text);
  closeSync(file);
  return path;
}

function openNew(path: string, shown: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'there is such a file already' : `it cannot be written (${code})`;
    throw new UsageError(`--kubeconfig ${shown}: ${why}`, 'choose another path, or leave it out', { cause: error });
  }
}

function show(serving: Serving, { json }: ClusterCommandOptions, io: CommandIo): void {
  if (json) {
    io.stdout.write(`${JSON.stringify(serving)}\n`);
    return;
  }
  const rows = [
    ['cluster', serving.url],
    ['kubeconfig', serving.kubeconfig],
    ...(serving.registry === undefined ? [] : [['registry', `oci://${serving.registry} (plain HTTP)`]]),
    ...(serving.flux ? [['flux', 'stand-ins of source-, kustomize- and helm-controller']] : []),
    ...(serving.argocd ? [['argocd', 'stand-ins of its application and ApplicationSet controllers']] : []),
    ...(serving.loaded === 0 ? [] : [['loaded', `${serving.loaded} ${serving.loaded === 1 ? 'object' : 'objects'}`]]),
  ];
  for (const [name = '', value = ''] of rows) io.stdout.write(`${name.padEnd(12)}${value}\n`);
  io.stdout.write(`\nexport KUBECONFIG=${shellWord(serving.kubeconfig)}\n`);
  io.stdout.write('kubectl get all --all-namespaces\n\nCtrl-C ends it, and nothing is kept.\n');
}
