import type { KubeObject } from '../../domain/kube-object.ts';
import { isJsonObject } from '../json-value.ts';
import { badRequest } from './status-error.ts';

export type Selector = (object: KubeObject) => boolean;

/** `labelSelector`: `a=b`, `a==b`, `a!=b`, `a`, `!a`, `a in (b,c)`, `a notin (b,c)`, separated by commas. */
export function labelSelector(text: string): Selector {
  // Commas inside parentheses separate values, not requirements.
  const requirements = text
    .split(/,(?![^(]*\))/)
    .map((requirement) => requirement.trim())
    .filter((requirement) => requirement !== '')
    .map(labelRequirement);
  return (object) => requirements.every((matches) => matches(object.metadata.labels ?? {}));
}

function labelRequirement(text: string): (labels: Readonly<Record<string, string>>) => boolean {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(text);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    return (labels) => {
      const value = labels[key];
      return operator === 'in' ? value !== undefined && values.has(value) : value === undefined || !values.has(value);
    };
  }
  const equality = /^([^\s!=]+)\s*(==|=|!=)\s*([^\s!=]*)$/.exec(text);
  if (equality !== null) {
    const [, key = '', operator, value] = equality;
    return (labels) => (labels[key] === value) === (operator !== '!=');
  }
  const existence = /^(!?)\s*([^\s!=()]+)$/.exec(text);
  if (existence === null)
    throw badRequest(`unable to parse requirement: found '${text}', expected: a label selector such as a=b`);
  const [, not, key = ''] = existence;
  return (labels) => Object.hasOwn(labels, key) === (not === '');
}

/** `fieldSelector`: `path=value`, `path==value`, `path!=value`, separated by commas; any scalar field may be named. */
export function fieldSelector(text: string): Selector {
  const requirements = text
    .split(',')
    .filter((requirement) => requirement.trim() !== '')
    .map((requirement) => {
      const parsed = /^\s*([^=!\s]+)\s*(==|=|!=)\s*(.*?)\s*$/.exec(requirement);
      if (parsed === null) throw badRequest(`invalid field selector: '${requirement}'; can't understand it`);
      const [, path = '', operator, value = ''] = parsed;
      return (object: KubeObject) => (fieldOf(object, path) === value) === (operator !== '!=');
    });
  return (object) => requirements.every((matches) => matches(object));
}

function fieldOf(object: KubeObject, path: string): string {
  let current: unknown = object;
  for (const segment of path.split('.')) current = isJsonObject(current) ? current[segment] : undefined;
  return current === undefined || current === null ? '' : String(current);
}

/** Both selectors of a request's query; everything when it has none. */
export function selectorOf(query: URLSearchParams): Selector | undefined {
  const labels = query.get('labelSelector');
  const fields = query.get('fieldSelector');
  const selectors = [...(labels ? [labelSelector(labels)] : []), ...(fields ? [fieldSelector(fields)] : [])];
  return selectors.length === 0 ? undefined : (object) => selectors.every((selects) => selects(object));
}
