import { objectPath } from '../cluster/resource.ts';
import type { ClaimProblem, ContainerLog, ContainerProblem, PodProblem } from '../domain/diagnosis/diagnosis.ts';
import { claimNames, podProblem } from '../domain/diagnosis/pod-problem.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { asFields, asText } from '../domain/object-fields.ts';
import { withoutCredentials } from '../domain/without-credentials.ts';
import type { DiagnoseContext } from './diagnose-context.ts';
import { PODS } from './diagnose-resources.ts';

const LOG_LINES = 20;
/** A line may be very long; this much of a log is read at most. */
const LOG_BYTES_MAX = 64 * 1024;

/** What is wrong with the pod, with what its containers printed last and the volumes it waits for; undefined where nothing is. */
export async function diagnosedPod(context: DiagnoseContext, pod: KubeObject): Promise<PodProblem | undefined> {
  const problem = podProblem(pod);
  if (problem === undefined) return undefined;
  const [containers, claims] = await Promise.all([
    Promise.all(problem.containers.map((container) => withLog(context, problem, container))),
    problem.phase === 'Pending' ? unboundClaims(context, pod) : [],
  ]);
  return { ...problem, containers, claims };
}

async function withLog(
  context: DiagnoseContext,
  pod: PodProblem,
  container: ContainerProblem,
): Promise<ContainerProblem> {
  if (!container.hasRun) return container;
  const now = await logOf(context, pod, container.name, false);
  // One that has just been started again has said nothing yet: what it said last tells why.
  const isSilent = now === undefined || ('lines' in now && now.lines.length === 0);
  const log = isSilent && container.restarts > 0 ? await logOf(context, pod, container.name, true) : now;
  return log === undefined ? container : { ...container, log };
}

async function logOf(
  context: DiagnoseContext,
  { namespace, name }: PodProblem,
  container: string,
  previous: boolean,
): Promise<ContainerLog | undefined> {
  const query = { container, tailLines: LOG_LINES, limitBytes: LOG_BYTES_MAX, ...(previous && { previous }) };
  const path = `${objectPath({ ...PODS, namespace, name })}/log`;
  try {
    const { text = '' } = await context.client.request({
      method: 'GET',
      path,
      query,
      answer: 'text',
      signal: context.signal,
    });
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    return { lines: lines.slice(-LOG_LINES).map(withoutCredentials) };
  } catch (error) {
    if (context.signal.aborted) return undefined;
    return { unavailable: error instanceof Error ? error.message : String(error) };
  }
}

async function unboundClaims(context: DiagnoseContext, pod: KubeObject): Promise<readonly ClaimProblem[]> {
  const namespace = pod.metadata.namespace ?? '';
  const claims = await Promise.all(
    claimNames(pod).map(async (name): Promise<ClaimProblem | undefined> => {
      const plural = 'persistentvolumeclaims';
      const claim = await context.get(objectPath({ group: '', version: 'v1', plural, namespace, name }));
      if (context.signal.aborted) return undefined;
      if (claim === undefined) return { name, phase: 'missing' };
      const phase = asText(asFields(claim.status).phase) ?? 'Pending';
      const storageClass = asText(asFields(claim.spec).storageClassName);
      if (phase === 'Bound') return undefined;
      return { name, phase, ...(storageClass === undefined ? {} : { storageClass }) };
    }),
  );
  return claims.filter((claim) => claim !== undefined);
}
