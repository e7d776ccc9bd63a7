import { stringify } from 'yaml';
import type { KubeObject } from '../../domain/kube-object.ts';
import { isKubeObject, parseDocuments } from '../manifest-yaml.ts';

const SUBSTITUTE = 'kustomize.toolkit.fluxcd.io/substitute';
const VARIABLE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-=])([^}]*))?\}/g;

/**
 * `postBuild`: replaces `${name}`, `${name:=default}` and `${name:-default}` in every value; `$${name}` stays as `${name}`; an unknown name without a
 * default becomes empty. Objects marked `substitute: disabled` stay as they are. A number put in for a whole value is a number.
 */
export function substituteVariables(object: KubeObject, variables: ReadonlyMap<string, string>): KubeObject {
  const { labels, annotations } = object.metadata;
  if (labels?.[SUBSTITUTE] === 'disabled' || annotations?.[SUBSTITUTE] === 'disabled') return object;
  const text = stringify(object, { lineWidth: 0, aliasDuplicateObjects: false });
  if (!text.includes('${')) return object;
  const replaced = text.replace(
    VARIABLE,
    (whole, name: string | undefined, operator: string | undefined, fallback = '') => {
      if (whole === '$${') return '${';
      const value = variables.get(name ?? '');
      if (value === undefined) return fallback;
      return value === '' && operator?.startsWith(':') === true ? fallback : value;
    },
  );
  const [result] = parseDocuments(replaced);
  if (!isKubeObject(result)) throw new Error(`variable substitution failed for ${object.kind}/${object.metadata.name}`);
  return result;
}
