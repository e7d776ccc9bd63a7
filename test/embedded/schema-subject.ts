import type { KubeObject } from '../../src/domain/kube-object.ts';
import { StatusError } from '../../src/embedded/api/status-error.ts';
import { admitted } from '../../src/embedded/schema/admission.ts';
import { type ApiResource, ResourceRegistry } from '../../src/embedded/store/resource-registry.ts';
import type { WriteOptions } from '../../src/embedded/store/write-options.ts';

/** An object whose fields a test is free to get wrong. */
export type Draft = Record<string, unknown>;

const registry = new ResourceRegistry();

export function resourceOf(kind: string): ApiResource {
  const found = registry.ofKind(kind);
  if (found === undefined) throw new Error(`no kind ${kind}`);
  return found;
}

export function draft(resource: ApiResource, fields: Draft, name = 'x'): KubeObject {
  const { metadata, ...rest } = fields;
  const place = resource.namespaced ? { namespace: 'default' } : {};
  const apiVersion = `${resource.group === '' ? '' : `${resource.group}/`}${resource.versions[0]}`;
  return {
    apiVersion,
    kind: resource.kind,
    ...rest,
    metadata: { name, ...place, ...(metadata as Draft | undefined) },
  } as KubeObject;
}

/** The object as admission leaves it. */
export function stored(kind: string | ApiResource, fields: Draft, options: WriteOptions = {}): KubeObject {
  const resource = typeof kind === 'string' ? resourceOf(kind) : kind;
  return admitted(resource, draft(resource, fields), undefined, options);
}

/** How admission refuses the object: `code message`; `accepted` when it does not. `before` makes it an update. */
export function refusal(
  kind: string | ApiResource,
  fields: Draft,
  before?: KubeObject,
  options: WriteOptions = {},
): string {
  return refusalStatus(kind, fields, before, options)?.message ?? 'accepted';
}

export function refusalStatus(
  kind: string | ApiResource,
  fields: Draft,
  before?: KubeObject,
  options: WriteOptions = {},
): StatusError | undefined {
  const resource = typeof kind === 'string' ? resourceOf(kind) : kind;
  try {
    admitted(resource, draft(resource, fields), before, options);
    return undefined;
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
}

/** A Deployment's spec with parts replaced; `undefined` removes. */
export function deploymentSpec(spec: Draft = {}, pod: Draft = {}, container: Draft = {}): Draft {
  return {
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: {
        metadata: { labels: { a: 'b' } },
        spec: { containers: [{ name: 'c', image: 'i', ...container }], ...pod },
      },
      ...spec,
    },
  };
}
