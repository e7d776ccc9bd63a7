import type { KubeObject } from '../../domain/kube-object.ts';
import { isJsonObject } from '../json-value.ts';
import type { ApiResource } from '../store/api-resource.ts';
import { type FieldError, invalidValue } from './field-error.ts';

/** The numbers that a custom resource's scale subresource would show must be numbers; only those in `part` are looked at. */
export function scaleErrors(
  { scale }: Pick<ApiResource, 'scale'>,
  object: KubeObject,
  part: 'spec' | 'status',
): readonly FieldError[] {
  if (scale === undefined) return [];
  return [scale.specReplicasPath, scale.statusReplicasPath]
    .filter((path) => path.startsWith(`.${part}.`))
    .flatMap((path) => numberErrors(object, path));
}

function numberErrors(object: KubeObject, path: string): readonly FieldError[] {
  let value: unknown = object;
  for (const segment of path.slice(1).split('.')) {
    if (value === undefined) return [];
    if (!isJsonObject(value)) return [notA('map[string]interface{}', value, path)];
    value = value[segment];
  }
  return value === undefined || Number.isInteger(value) ? [] : [notA('int64', value, path)];
}

function notA(wanted: string, value: unknown, path: string): FieldError {
  const shown = Array.isArray(value) ? `[${value.map(String).join(' ')}]` : String(value);
  return invalidValue(
    path,
    0,
    `${path} accessor error: ${shown} is of the type ${goTypeOf(value)}, expected ${wanted}`,
  );
}

function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'string' ? 'string' : 'map[string]interface {}';
}
