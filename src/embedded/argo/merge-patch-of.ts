import { isJsonObject, type JsonObject, sameJson } from '../json-value.ts';

/** The merge patch (RFC 7386) that makes `after` out of `before`; undefined where they are the same. */
export function mergePatchOf(before: JsonObject, after: JsonObject): JsonObject | undefined {
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, next] = [before[key], after[key]];
    if (next === undefined) {
      if (old !== undefined) patch[key] = null;
    } else if (isJsonObject(old) && isJsonObject(next)) {
      const inner = mergePatchOf(old, next);
      if (inner !== undefined) patch[key] = inner;
    } else if (!sameJson(old, next)) patch[key] = next;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}
