import type { ServedResource } from '../cluster/discovery.ts';
import type { PodProblem } from '../domain/diagnosis/diagnosis.ts';
import { type WarningEvent, warningEvent } from '../domain/diagnosis/event-groups.ts';
import type { DiagnoseContext } from './diagnose-context.ts';
import { diagnosedPod } from './diagnose-pods.ts';
import { EVENTS, PODS } from './diagnose-resources.ts';

/** Where engines are installed unless somebody decides otherwise. */
const USUAL_NAMESPACES = { flux: 'flux-system', argocd: 'argocd' };
/** What the engines' own manifests put on their pods. */
const ENGINE_PODS = 'app.kubernetes.io/part-of in (flux,argocd)';

/** The namespaces that the engines themselves run in; with `only`, that one where it is among them. */
export async function engineNamespaces(
  context: DiagnoseContext,
  served: readonly ServedResource[],
  only: string | undefined,
): Promise<readonly string[]> {
  const pods = await context.list(PODS, { namespace: only, labelSelector: ENGINE_PODS });
  const usual = [
    ...(served.some(({ group }) => group.endsWith('.fluxcd.io')) ? [USUAL_NAMESPACES.flux] : []),
    ...(served.some(({ group }) => group === 'argoproj.io') ? [USUAL_NAMESPACES.argocd] : []),
  ];
  const all = [...new Set([...usual, ...pods.flatMap(({ metadata }) => metadata.namespace ?? [])])];
  return only === undefined ? all : all.filter((namespace) => namespace === only);
}

/** All pods there that are not ready, and all warnings. */
export async function engineTrouble(
  context: DiagnoseContext,
  namespace: string,
): Promise<{ readonly pods: readonly PodProblem[]; readonly events: readonly WarningEvent[] }> {
  const [pods, events] = await Promise.all([
    context.list(PODS, { namespace }),
    context.list(EVENTS, { namespace, fieldSelector: 'type=Warning' }),
  ]);
  const troubled = await Promise.all(pods.map((pod) => diagnosedPod(context, pod)));
  return {
    pods: troubled.filter((pod) => pod !== undefined),
    events: events.flatMap((event) => warningEvent(event) ?? []),
  };
}
