import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, asString } from '../json-value.ts';
import { splitApiVersion } from '../store/resource-registry.ts';
import { type FluxContext, readObject } from './flux-context.ts';
import { namespaceOf } from './flux-object.ts';
import { substituteVariables } from './substitute.ts';

const SUBSTITUTE = 'kustomize.toolkit.fluxcd.io/substitute';
const VARIABLE_NAME = /^[_A-Za-z][_A-Za-z0-9]*$/;

/** `spec.postBuild`: variables put into every object that is not marked `substitute: disabled`. Throws with Flux's words. */
export function postBuilt(
  context: FluxContext,
  owner: KubeObject,
  objects: readonly KubeObject[],
): readonly KubeObject[] {
  const { postBuild } = owner.spec ?? {};
  if (postBuild === undefined || postBuild === null) return objects;
  let variables: ReadonlyMap<string, string> | undefined;
  return objects.map((object) => {
    const { labels, annotations } = object.metadata;
    if (labels?.[SUBSTITUTE] === 'disabled' || annotations?.[SUBSTITUTE] === 'disabled') return object;
    try {
      variables ??= variablesOf(context, owner);
      return variables.size === 0 ? object : substituteVariables(object, variables);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`post build failed for '${groupVersionKind(object)}/${object.metadata.name}': ${why}`, {
        cause: error,
      });
    }
  });
}

/** From ConfigMaps and Secrets in order, then those in line. Line breaks are taken out of values. */
function variablesOf(context: FluxContext, owner: KubeObject): ReadonlyMap<string, string> {
  const postBuild = asObject(owner.spec?.postBuild);
  const variables = new Map<string, string>();
  const set = (name: string, value: string): void => {
    variables.set(name, value.replaceAll('\n', ''));
  };
  for (const reference of asArray(postBuild.substituteFrom).map(asObject)) {
    const kind = asString(reference.kind) ?? '';
    const name = asString(reference.name) ?? '';
    const found = readObject(context, kind, namespaceOf(owner), name);
    if (found === undefined) {
      if (reference.optional === true) continue;
      throw new Error(
        `substitute from '${kind}/${name}' error: ${kind === 'Secret' ? 'secrets' : 'configmaps'} "${name}" not found`,
      );
    }
    for (const [key, value] of Object.entries(asObject(found.data))) {
      set(key, kind === 'Secret' ? Buffer.from(String(value), 'base64').toString() : String(value));
    }
    for (const [key, value] of Object.entries(asObject(found.stringData))) set(key, String(value));
  }
  for (const [key, value] of Object.entries(asObject(postBuild.substitute))) set(key, String(value));
  for (const name of variables.keys()) {
    if (VARIABLE_NAME.test(name)) continue;
    throw new Error(`envsubst error: '${name}' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'`);
  }
  return variables;
}

/** As kustomize names a kind: `ConfigMap.v1.[noGrp]`, `Deployment.v1.apps`. */
function groupVersionKind({ apiVersion, kind }: KubeObject): string {
  const { group, version } = splitApiVersion(apiVersion);
  return `${kind}.${version}.${group === '' ? '[noGrp]' : group}`;
}
