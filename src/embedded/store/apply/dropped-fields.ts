import type { JsonObject } from '../../json-value.ts';
import type { FieldSchema } from '../../schema/field-schema.ts';
import { appliedFields } from './applied-fields.ts';
import { difference, type FieldSet, intersection, isEmpty, isMember, NO_FIELDS, union } from './field-set.ts';
import { fieldSchema, isDeclared } from './field-shape.ts';
import { remainingFields } from './remaining-fields.ts';

/**
 * `merged` without what its manager applied before (`last`) and no longer does, unless somebody else (`owned`: the union of what
 * all managers own now) owns it. What nobody ever owned stays, except below something that goes as a whole.
 */
export function withoutDroppedFields(
  merged: JsonObject,
  last: FieldSet,
  owned: FieldSet,
  schema: FieldSchema,
): JsonObject {
  if (isEmpty(last) || isEmpty(difference(last, owned))) return merged;
  const before = withStructs(last, schema);
  const present = withStructs(appliedFields(merged, schema, 'kept'), schema);
  const pruned = remainingFields(merged, before, schema);
  // Back comes what others own, with the structs that hold it …
  const kept = union(withStructs(appliedFields(pruned, schema, 'kept'), schema), withStructs(owned, schema));
  const restored = remainingFields(merged, difference(present, kept), schema);
  // … and what this manager never had: it did not put it there.
  const gone = difference(present, withStructs(appliedFields(restored, schema, 'kept'), schema));
  return remainingFields(merged, intersection(gone, before), schema);
}

/** The set with the structs that its paths lead through; maps and lists on the way are not added. */
function withStructs(set: FieldSet, schema: FieldSchema | undefined): FieldSet {
  const result: Record<string, FieldSet> = {};
  for (const element in set) {
    const node = set[element];
    if (node === undefined || element === '.') continue;
    const name = element.startsWith('f:') ? element.slice(2) : undefined;
    const child = name === undefined ? schema?.items : fieldSchema(schema, name);
    const below = withStructs(node, child);
    const member = isMember(node) || (name !== undefined && isDeclared(schema, name));
    result[element] = member && !isEmpty(below) ? { '.': NO_FIELDS, ...below } : below;
  }
  return result;
}
