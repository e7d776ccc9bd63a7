import { isJsonObject, sameJson } from '../json-value.ts';

/**
 * `list` in the order that a patch asks for: the items named by `order` as they are there, all others where they stood in `before`, as far as that fits.
 * New items thus come before the old ones that follow them. Items are told apart by `key`, or by value.
 */
export function orderedList(
  list: readonly unknown[],
  order: readonly unknown[],
  key: string | undefined,
  before: readonly unknown[] = list,
): readonly unknown[] {
  const idOf = (item: unknown): unknown => (key !== undefined && isJsonObject(item) ? item[key] : item);
  const placeIn = (items: readonly unknown[], item: unknown): number =>
    items.findIndex((other) => sameJson(idOf(other), idOf(item)));
  const named = list.filter((item) => placeIn(order, item) >= 0);
  named.sort((a, b) => placeIn(order, a) - placeIn(order, b));
  const others = list.filter((item) => placeIn(order, item) < 0);
  let from = 0;
  for (const item of others) {
    const own = placeIn(before, item);
    let place = from;
    while (place < named.length && placeIn(before, named[place]) <= own) place += 1;
    named.splice(place, 0, item);
    from = place + 1;
  }
  return named;
}
