import { fieldOf, type YamlNode } from './yaml-node.ts';

/** 1-based. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

type Step =
  | { readonly key: string }
  | { readonly index: number }
  | { readonly where: Readonly<Record<string, string>> };

const PATHS = /[A-Za-z_][\w-]*(?:\.[\w-]+|\[[^\]]+\])*/g;
const STEPS = /([A-Za-z_][\w-]*)|\.([\w-]+)|\[(\d+)\]|\[([^\]]+)\]/g;

/**
 * Where in a document the field lies that a message of the API server names, as `.spec.ports[0].port` or `.spec.containers[name="web"].image`: its key, or
 * what of it is there. Undefined for a message that names no field of the document.
 */
export function fieldPlace(document: YamlNode, message: string): Place | undefined {
  for (const [path] of message.matchAll(PATHS)) {
    const place = placeOf(document, stepsOf(path));
    if (place !== undefined) return place;
  }
  return undefined;
}

function stepsOf(path: string): Step[] {
  return [...path.matchAll(STEPS)].map(([, first, key, index, where]) => {
    if (index !== undefined) return { index: Number(index) };
    if (where !== undefined) return { where: conditions(where) };
    return { key: first ?? key ?? '' };
  });
}

/** `name="web",protocol="TCP"` */
function conditions(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.split('='));
  return Object.fromEntries(pairs.map(([key = '', value = '']) => [key, value.replaceAll('"', '')]));
}

/** A path of one step is a word, more likely than a field. */
function placeOf(document: YamlNode, steps: readonly Step[]): Place | undefined {
  if (steps.length < 2) return undefined;
  let node: YamlNode = document;
  let place: Place | undefined;
  for (const step of steps) {
    const next = stepInto(node, step);
    if (next === undefined) return place;
    ({ node, place } = next);
  }
  return place;
}

function stepInto(node: YamlNode, step: Step): { readonly node: YamlNode; readonly place: Place } | undefined {
  if ('key' in step) {
    const entry = node.kind === 'map' ? node.entries.findLast(({ key }) => key === step.key) : undefined;
    return entry === undefined ? undefined : { node: entry.value, place: { line: entry.line, column: entry.column } };
  }
  if (node.kind !== 'list') return undefined;
  const item = 'index' in step ? node.items[step.index] : node.items.find((candidate) => fits(candidate, step.where));
  return item === undefined ? undefined : { node: item, place: { line: item.line, column: item.column } };
}

/** What is said of it and not written in it was filled in by the server. */
function fits(item: YamlNode, where: Readonly<Record<string, string>>): boolean {
  const said = Object.entries(where).map(([key, value]) => {
    const field = fieldOf(item, key);
    return field?.kind === 'scalar' ? String(field.value) === value : undefined;
  });
  return said.includes(true) && !said.includes(false);
}
