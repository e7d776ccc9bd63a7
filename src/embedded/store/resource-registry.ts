import type { KubeObject } from '../../domain/kube-object.ts';
import { type ApiResource, splitApiVersion } from './api-resource.ts';
import { BUILT_IN_RESOURCES } from './built-in-resources.ts';
import { definedResource } from './defined-resource.ts';

export { type ApiResource, apiVersionOf, splitApiVersion } from './api-resource.ts';
export { BUILT_IN_RESOURCES } from './built-in-resources.ts';

/** The resources served right now; CustomResourceDefinitions add to it and take from it. */
export class ResourceRegistry {
  readonly #byPlural = new Map<string, ApiResource>();
  readonly #byKind = new Map<string, ApiResource>();
  readonly #custom = new Set<string>();

  constructor(resources: readonly ApiResource[] = BUILT_IN_RESOURCES) {
    for (const each of resources) this.add(each);
  }

  add(added: ApiResource): void {
    this.#byPlural.set(`${added.group}/${added.plural}`, added);
    this.#byKind.set(`${added.group}/${added.kind}`, added);
  }

  remove(removed: ApiResource): void {
    this.#byPlural.delete(`${removed.group}/${removed.plural}`);
    this.#byKind.delete(`${removed.group}/${removed.kind}`);
  }

  /** The resource behind `/apis/<group>/<version>/<plural>`; undefined when that version is not served. */
  byPath(group: string, version: string, plural: string): ApiResource | undefined {
    const found = this.#byPlural.get(`${group}/${plural}`);
    return found?.versions.includes(version) ? found : undefined;
  }

  byGroupKind(group: string, kind: string): ApiResource | undefined {
    return this.#byKind.get(`${group}/${kind}`);
  }

  /** The resource of an object's `apiVersion` and `kind`. */
  ofObject(object: { readonly apiVersion: string; readonly kind: string }): ApiResource | undefined {
    const { group, version } = splitApiVersion(object.apiVersion);
    const found = this.byGroupKind(group, object.kind);
    return found?.versions.includes(version) ? found : undefined;
  }

  /** The first resource of that kind, whatever its group: enough where a test names a kind. */
  ofKind(kind: string): ApiResource | undefined {
    for (const each of this.#byKind.values()) if (each.kind === kind) return each;
    return undefined;
  }

  all(): readonly ApiResource[] {
    return [...this.#byPlural.values()];
  }

  /**
   * Serves what `definition` (a CustomResourceDefinition) defines, as it is now. Kubernetes' own kinds stay as they are; those of Flux, which are here from
   * the start, become what the definition says.
   */
  define(definition: KubeObject): void {
    const { resource, isServed } = definedResource(definition) ?? {};
    if (resource === undefined) return;
    const key = `${resource.group}/${resource.plural}`;
    const old = this.#byPlural.get(key);
    if (old !== undefined && !this.#custom.has(key) && !isFlux(old)) return;
    this.#custom.add(key);
    if (old !== undefined) this.remove(old);
    if (isServed === true) this.add(resource);
  }

  /** Ends what `define` began; returns the resource that is no longer served. */
  undefine(definition: KubeObject): ApiResource | undefined {
    const { resource } = definedResource(definition) ?? {};
    if (resource === undefined || !this.#custom.delete(`${resource.group}/${resource.plural}`)) return undefined;
    const served = this.#byPlural.get(`${resource.group}/${resource.plural}`) ?? resource;
    this.remove(served);
    return served;
  }
}

function isFlux({ group }: ApiResource): boolean {
  return group.endsWith('.fluxcd.io');
}
