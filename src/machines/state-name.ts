/** The top-level state as the statechart draws it. */
export function stateName(snapshot: { readonly value: unknown }): string {
  return typeof snapshot.value === 'string' ? snapshot.value : (Object.keys(snapshot.value as object)[0] ?? '');
}
