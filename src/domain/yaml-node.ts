/** A YAML value with the 1-based place where it starts. Aliases and merge keys are already resolved. */
export type YamlNode = YamlScalar | YamlMap | YamlList;

export interface YamlScalar {
  readonly kind: 'scalar';
  readonly value: string | number | bigint | boolean | null;
  readonly line: number;
  readonly column: number;
}

export interface YamlMap {
  readonly kind: 'map';
  readonly entries: readonly YamlEntry[];
  readonly line: number;
  readonly column: number;
}

export interface YamlEntry {
  readonly key: string;
  readonly line: number;
  readonly column: number;
  readonly value: YamlNode;
}

export interface YamlList {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly line: number;
  readonly column: number;
}

/** The value of `name` in a map; of several entries of that name the last one, as every YAML decoder that allows it decides. */
export function fieldOf(node: YamlNode | undefined, name: string): YamlNode | undefined {
  if (node?.kind !== 'map') return undefined;
  return node.entries.findLast((entry) => entry.key === name)?.value;
}

/** The string in `name`, or undefined when there is none or it is no string. */
export function stringField(node: YamlNode | undefined, name: string): string | undefined {
  const value = fieldOf(node, name);
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}

/** The node as plain data, without places. */
export function plainValue(node: YamlNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plainValue);
    case 'map': {
      const value: Record<string, unknown> = {};
      for (const entry of node.entries) setOwn(value, entry.key, plainValue(entry.value));
      return value;
    }
  }
}

function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  // `__proto__` as a key of a manifest is data, never the prototype.
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  else target[key] = value;
}
