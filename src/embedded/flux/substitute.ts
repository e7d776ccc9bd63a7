import { stringify } from 'yaml';
import type { KubeObject } from '../../domain/kube-object.ts';
import { isKubeObject, parseDocuments } from '../manifest-yaml.ts';

const VARIABLE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-=])([^}]*))?\}/g;

/**
 * Replaces `${name}`, `${name:=default}` and `${name:-default}` in the object as YAML; `$${name}` stays as `${name}`; an unknown name
 * without a default becomes empty. A number put in for a whole value is a number.
 */
export function substituteVariables(object: KubeObject, variables: ReadonlyMap<string, string>): KubeObject {
  const text = stringify(object, { lineWidth: 0, aliasDuplicateObjects: false });
  if (!text.includes('${')) return object;
  const replaced = text.replace(VARIABLE, (whole, name: string | undefined, _operator: unknown, fallback = '') => {
    if (whole === '$${') return '${';
    // An empty value counts as unset, whatever the operator.
    return variables.get(name ?? '') || fallback;
  });
  const [result] = parseDocuments(replaced);
  if (!isKubeObject(result)) throw new Error('envsubst error: YAMLToJSON: expected a Kubernetes object');
  return result;
}
