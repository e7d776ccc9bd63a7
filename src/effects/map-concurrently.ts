/** `map` over all items, at most `atATime` at once; results in the order of the items. What `map` throws ends it. */
export async function mapConcurrently<Item, Result>(
  items: Iterable<Item>,
  atATime: number,
  map: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const waiting = [...items].entries();
  async function work(): Promise<void> {
    // All workers take from one iterator.
    for (const [index, item] of waiting) results[index] = await map(item);
  }
  await Promise.all(Array.from({ length: atATime }, work));
  return results;
}
