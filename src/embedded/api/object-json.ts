import type { KubeObject } from '../../domain/kube-object.ts';

const serialised = new WeakMap<KubeObject, string>();

/** The object's JSON, made once for each version of it and shared by all who read it. */
export function objectJson(object: KubeObject, apiVersion = object.apiVersion): string {
  const json = storedJson(object);
  if (apiVersion === object.apiVersion) return json;
  return `{"apiVersion":${JSON.stringify(apiVersion)},"kind":${JSON.stringify(object.kind)},${bodyOf(object, json)}`;
}

/** As in a list: without apiVersion and kind. */
export function itemJson(object: KubeObject): string {
  return `{${bodyOf(object, storedJson(object))}`;
}

/** Gives back the memory of a version that is past. */
export function forgetJson(object: KubeObject): void {
  serialised.delete(object);
}

function storedJson(object: KubeObject): string {
  const known = serialised.get(object);
  if (known !== undefined) return known;
  const { apiVersion, kind, ...fields } = object;
  // These two first: what follows is the same in every version and in lists, and is cut out of the text.
  const json = JSON.stringify({ apiVersion, kind, ...fields });
  serialised.set(object, json);
  return json;
}

/** The JSON from after the opening brace, apiVersion and kind. */
function bodyOf({ apiVersion, kind }: KubeObject, json: string): string {
  return json.slice(`{"apiVersion":${JSON.stringify(apiVersion)},"kind":${JSON.stringify(kind)},`.length);
}
