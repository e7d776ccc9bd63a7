import type { ObjectId } from '../../domain/target.ts';

const NAMED_MAX = 5;

/** `flux-system/cart, flux-system/orders and 3 more`. */
export function namedTargets(ids: readonly ObjectId[]): string {
  const names = ids.slice(0, NAMED_MAX).map((id) => id.slice(id.indexOf('/') + 1));
  const more = ids.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
}
