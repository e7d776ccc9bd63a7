import type { KubeObject } from '../../src/domain/kube-object.ts';

const OPEN = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** A CustomResourceDefinition of one version in which objects may hold anything. */
export function customDefinition(given: {
  readonly group: string;
  readonly kind: string;
  /** Default `v1`. */
  readonly version?: string;
  /** Fields of the spec and of the status that the schema names. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}): KubeObject {
  const { group, kind, version = 'v1', spec, status } = given;
  const singular = kind.toLowerCase();
  const plural = `${singular}s`;
  const named = (properties: Readonly<Record<string, unknown>> | undefined) =>
    properties === undefined ? OPEN : { ...OPEN, properties };
  const properties = { spec: named(spec), status: named(status) };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, listKind: `${kind}List`, plural, singular },
      scope: 'Namespaced',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties } },
          ...(status === undefined ? {} : { subresources: { status: {} } }),
        },
      ],
    },
  };
}
