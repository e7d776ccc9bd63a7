import { asArray, asObject } from '../../json-value.ts';
import { at, text } from './cell-values.ts';

/** `app=shop,tier=web`, sorted; `<none>` for no labels. */
export function labelsText(labels: unknown): string {
  const pairs = Object.entries(asObject(labels)).map(([key, value]) => `${key}=${text(value)}`);
  return pairs.length === 0 ? '<none>' : pairs.sort().join(',');
}

/** A metav1.LabelSelector as it would be typed, sorted by key. An absent one selects nothing, an empty one everything: both are empty. */
export function selectorText(selector: unknown): string {
  const { matchLabels, matchExpressions } = asObject(selector);
  const requirements = [
    ...Object.entries(asObject(matchLabels)).map(([key, value]) => ({ key, shown: `${key}=${text(value)}` })),
    ...asArray(matchExpressions).map((expression) => ({ key: text(at(expression, 'key')), shown: shown(expression) })),
  ];
  return requirements
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map((requirement) => requirement.shown)
    .join(',');
}

function shown(expression: unknown): string {
  const { key, operator, values } = asObject(expression);
  const list = asArray(values).map(String).sort().join(',');
  switch (operator) {
    case 'In':
      return `${text(key)} in (${list})`;
    case 'NotIn':
      return `${text(key)} notin (${list})`;
    case 'DoesNotExist':
      return `!${text(key)}`;
    default:
      return text(key);
  }
}
