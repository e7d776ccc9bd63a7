import type { KubeObject } from '../../domain/kube-object.ts';

/** True when a label or annotation of `object` has one of the given values, in any case. */
export function isMarked(object: KubeObject | undefined, marks: Readonly<Record<string, string>>): boolean {
  const { labels, annotations } = object?.metadata ?? {};
  return Object.entries(marks).some(([key, value]) =>
    [labels, annotations].some((map) => map?.[key]?.toLowerCase() === value.toLowerCase()),
  );
}
