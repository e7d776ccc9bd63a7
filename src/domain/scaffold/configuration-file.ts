import type { ScaffoldFile, ScaffoldPlan } from './scaffold-plan.ts';
import { yamlText } from './scaffold-plan.ts';

/** `reconcile-machine.yaml`. */
export function configurationFile(plan: ScaffoldPlan): ScaffoldFile {
  const { schemaUrl, engine, directory, registry, registryInCluster, tag } = plan;
  const inCluster = hostOf(registryInCluster);
  const lines = [
    `# yaml-language-server: $schema=${schemaUrl}`,
    `engine: ${engine}`,
    'workload:',
    `  directory: ${yamlText(directory === '' ? '.' : directory)}`,
    '  # Where artifacts are pushed, as reached from this machine.',
    `  registry: ${yamlText(registry)}`,
    ...(inCluster === hostOf(registry) ? [] : [`  registryInCluster: ${yamlText(inCluster)}`]),
    `  tag: ${yamlText(tag)}`,
  ];
  return { path: 'reconcile-machine.yaml', text: `${lines.join('\n')}\n` };
}

function hostOf(registry: string): string {
  return registry.replace(/^oci:\/\//, '').split('/')[0] ?? '';
}
