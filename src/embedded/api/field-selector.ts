import type { KubeObject } from '../../domain/kube-object.ts';
import { isJsonObject } from '../json-value.ts';
import type { Selector } from './label-selector.ts';
import { badRequest } from './status-error.ts';

/** The fields of one kind that may be selected by, and how the server refuses the others. */
export interface SelectableFields {
  has(path: string): boolean;
  refusal(path: string): string;
}

/** `path=value`, `path==value`, `path!=value`, separated by commas; a backslash escapes `,`, `=` and itself. Throws 400. */
export function fieldSelector(text: string, fields: SelectableFields): Selector {
  const terms = text.match(/(?:[^,\\]|\\.|\\$)+/gs) ?? [];
  const requirements = [...terms].sort().map((term) => {
    const parsed = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
    if (parsed === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, path = '', operator, escaped = ''] = parsed;
    return { path, isWanted: operator !== '!=', value: unescaped(escaped) };
  });
  for (const { path } of requirements) if (!fields.has(path)) throw badRequest(fields.refusal(path));
  return (object) => requirements.every(({ path, isWanted, value }) => (fieldOf(object, path) === value) === isWanted);
}

function unescaped(text: string): string {
  return text.replace(/\\(.?)|[,=]/gs, (found, escaped: string | undefined) => {
    if (escaped === undefined) {
      throw badRequest(`invalid field selector: unescaped character in value: ${found.charCodeAt(0)}`);
    }
    if (!'\\,='.includes(escaped) || escaped === '') {
      throw badRequest(`invalid field selector: invalid escape sequence: ${found}`);
    }
    return escaped;
  });
}

/** What an absent field counts as, where that is not the empty string. */
const ABSENT: Readonly<Record<string, string>> = {
  'spec.unschedulable': 'false',
  'spec.hostNetwork': 'false',
  'status.replicas': '0',
  'status.successful': '0',
};
const SAME_AS: Readonly<Record<string, string>> = {
  'spec.host': 'spec.nodeName',
  'status.successful': 'status.succeeded',
};

function fieldOf(object: KubeObject, path: string): string {
  if (path === 'source') return sourceOf(object);
  let current: unknown = object;
  for (const segment of (SAME_AS[path] ?? path).split('.')) {
    current = isJsonObject(current) ? current[segment] : undefined;
  }
  return current === undefined || current === null ? (ABSENT[path] ?? '') : String(current);
}

/** Of an Event: who reported it, in the old field or the new one. */
function sourceOf({ source, reportingComponent }: KubeObject): string {
  const component = isJsonObject(source) ? source.component : undefined;
  return String(component || reportingComponent || '');
}
