/** What Flux does nothing for. */
export interface Resumable {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export const SUSPENDED = 'Suspended';

export function suspendedProblem(object: Resumable): { readonly reason: string; readonly message: string } {
  return {
    reason: SUSPENDED,
    message: `spec.suspend is true: it is not reconciled until it is resumed (${resumeCommand(object)})`,
  };
}

export function resumeCommand({ kind, namespace, name }: Resumable): string {
  return `flux resume ${kind.toLowerCase()} ${name} -n ${namespace}`;
}
