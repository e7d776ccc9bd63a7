const MAJOR_MIN = 22;
const MINOR_MIN = 22;

/** One line for the user when `version` (as in process.versions.node) is too old to run on; undefined when it will do. */
export function nodeVersionProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > MAJOR_MIN || (major === MAJOR_MIN && minor >= MINOR_MIN)) return undefined;
  return `reconcile-machine needs Node ${MAJOR_MIN}.${MINOR_MIN} or newer, found ${version}: install it from https://nodejs.org`;
}
