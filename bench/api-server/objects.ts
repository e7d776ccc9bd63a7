/** The bytes of text in each ConfigMap. */
export const OBJECT_BYTES = 1_000;

export const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
export const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

export function configMap(name: string): unknown {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { text: 'x'.repeat(OBJECT_BYTES) } };
}

export function deployment(name: string): unknown {
  const labels = { app: name };
  const container = { name, image: 'registry.example/app:1.0.0', ports: [{ containerPort: 8080 }] };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}

/** What a controller says of it, another time each time. */
export function deploymentStatus(index: number): unknown {
  const lastUpdateTime = new Date(Date.UTC(2026, 0, 1) + index * 1_000).toISOString().replace('.000', '');
  const condition = {
    type: 'Available',
    status: 'True',
    reason: 'MinimumReplicasAvailable',
    message: `check ${index}`,
  };
  return {
    status: {
      observedGeneration: 1,
      replicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      conditions: [{ ...condition, lastUpdateTime, lastTransitionTime: '2026-01-01T00:00:00Z' }],
    },
  };
}
