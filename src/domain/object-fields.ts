/** Reads fields of objects that people wrote: whatever has another shape than expected is taken as absent. */
export type Fields = Readonly<Record<string, unknown>>;

export function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' ? String(value) : undefined;
}

export function textList(value: unknown): readonly string[] {
  return asList(value).flatMap((item) => asText(item) ?? []);
}

/** True for a manifest that has what every Kubernetes object has. */
export function isKubeObjectShape(value: unknown): boolean {
  const fields = asFields(value);
  return (
    asText(fields.apiVersion) !== undefined &&
    asText(fields.kind) !== undefined &&
    asText(asFields(fields.metadata).name) !== undefined
  );
}
