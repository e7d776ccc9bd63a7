import type { OptionSpec } from './option-spec.ts';
import type { ParsedArguments } from './parsed-arguments.ts';

export type EngineName = 'flux' | 'argocd';

/** As its people write it. */
export const ENGINE_NAMES: Readonly<Record<EngineName, string>> = { flux: 'Flux', argocd: 'Argo CD' };

export const ENGINE_OPTION: OptionSpec = {
  name: 'engine',
  kind: 'text',
  placeholder: 'NAME',
  choices: ['flux', 'argocd'],
  summary: 'only what belongs to this engine: flux or argocd',
  fallback: 'what the cluster has',
};

export function engineOf(parsed: ParsedArguments): EngineName | undefined {
  const name = parsed.text('engine');
  return name === 'flux' || name === 'argocd' ? name : undefined;
}
