import { createClusterClient } from '../cluster/client.ts';
import type { Diagnosis } from '../domain/diagnosis/diagnosis.ts';
import { resourceId } from '../domain/diagnosis/resource-problems.ts';
import { FailureError } from '../domain/failure.ts';
import { DEFAULT_LIMITS } from '../domain/limits.ts';
import type { ObjectId } from '../domain/target.ts';
import { diagnose, idsNamed } from '../effects/diagnose.ts';
import { type DiagnoseClient, DiagnoseContext } from '../effects/diagnose-context.ts';
import { ENGINE_RESOURCES } from '../effects/diagnose-resources.ts';
import { createJsonLines } from '../ui/json-lines.ts';
import { renderDiagnosis } from '../ui/render-diagnosis.ts';
import { createStyle, supportsUnicode } from '../ui/style.ts';
import { clusterConnection } from './cluster-connection.ts';
import type { CommandIo } from './command.ts';
import { UsageError } from './errors.ts';
import { EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK } from './exit-codes.ts';
import { nearestName } from './nearest-name.ts';
import type { ClusterOptions } from './options.ts';

export interface DiagnoseCommandOptions extends ClusterOptions {
  /** `apps`, `flux-system/apps` or `Kustomization/flux-system/apps`; empty: everything. */
  readonly names: readonly string[];
  readonly engine: 'flux' | 'argocd' | undefined;
  readonly json: boolean;
}

/** `diagnose [NAME…]`: 1 when something is not as it should be. */
export async function runDiagnose(options: DiagnoseCommandOptions, io: CommandIo): Promise<number> {
  const connection = await clusterConnection(options, io);
  const client = createClusterClient(connection, { limits: DEFAULT_LIMITS });
  try {
    const targets = options.names.length === 0 ? undefined : await targetsNamed(client, options, io);
    const diagnosis = await diagnose(client, {
      ...(targets === undefined ? { everything: true } : { targets }),
      engine: options.engine,
      namespace: options.namespace,
      signal: io.signal,
    });
    if (io.signal.aborted) return EXIT_INTERRUPTED;
    if (diagnosis.unreachable !== undefined) throw new FailureError(diagnosis.unreachable);
    show(diagnosis, options, io);
    return isWell(diagnosis) ? EXIT_OK : EXIT_FAILED;
  } finally {
    client.close();
  }
}

function show(diagnosis: Diagnosis, { json }: DiagnoseCommandOptions, io: CommandIo): void {
  if (json) {
    createJsonLines(io.stdout)(diagnosis);
    return;
  }
  const style = createStyle({ color: io.color, unicode: supportsUnicode(io.env), width: Number.POSITIVE_INFINITY });
  io.stdout.write(`${renderDiagnosis(diagnosis, style).join('\n')}\n`);
}

/** Warnings alone are no failure: they may be about what has come right since. */
function isWell({ resources, workloads, enginePods, complete }: Diagnosis): boolean {
  return complete && resources.length === 0 && workloads.length === 0 && enginePods.length === 0;
}

async function targetsNamed(
  client: DiagnoseClient,
  { names, engine, namespace }: DiagnoseCommandOptions,
  io: CommandIo,
): Promise<readonly ObjectId[]> {
  const context = new DiagnoseContext(client, io.signal, () => 0);
  const served = (await client.discover(ENGINE_RESOURCES)).filter(
    ({ group }) => engine === undefined || (engine === 'argocd') === (group === 'argoproj.io'),
  );
  const lists = await Promise.all(served.map((resource) => context.list(resource, { namespace })));
  const ids = lists.flat().map(resourceId);
  return names.flatMap((name) => {
    const found = idsNamed(ids, name);
    if (found.length > 0) return found;
    const forms = ids.flatMap((id) => [id, id.slice(id.indexOf('/') + 1), id.slice(id.lastIndexOf('/') + 1)]);
    const near = nearestName(name, [...new Set(forms)]);
    throw new UsageError(
      `no resource is called ${name} in ${client.server}`,
      near === undefined ? 'run reconcile-machine diagnose without a name to see them all' : `did you mean ${near}?`,
    );
  });
}
