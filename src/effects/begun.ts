/** What is under way from now on, and awaited later, or not at all. */
export function begun<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
