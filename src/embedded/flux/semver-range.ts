/** A version as semver.org has it; the build metadata takes no part in comparisons. */
interface Version {
  readonly numbers: readonly [number, number, number];
  readonly prerelease: readonly string[];
  /** As written. */
  readonly text: string;
}

const VERSION = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;
const CONSTRAINT =
  /^(=|!=|>=|=>|<=|=<|>|<|~>|~|\^)?\s*v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:-([0-9A-Za-z.-]+))?$/;

type Test = (version: Version) => boolean;

/**
 * The newest of `tags` that lies in `range`, written as Flux takes it (`>=1.2.0 <2.0.0`, `1.x`, `~1.2`, `^2`, `1.0 - 1.4`, `||`), of those
 * that match the regular expression `filter`. A prerelease counts only where the range names one. Throws in Flux's words.
 */
export function newestInRange(tags: readonly string[], range: string, filter = ''): string {
  const pattern = new RegExp(filter);
  const tests = parseRange(range);
  const versions = tags.flatMap((tag) => (pattern.test(tag) ? (parseVersion(tag) ?? []) : []));
  const matching = versions.filter((version) => tests.some((each) => each.every((test) => test(version))));
  const [newest] = matching.sort((a, b) => compare(b, a));
  if (newest === undefined) throw new Error(`no match found for semver: ${range}`);
  return newest.text;
}

function parseVersion(text: string): Version | undefined {
  const match = VERSION.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch, prerelease] = match;
  return {
    numbers: [Number(major), Number(minor), Number(patch)],
    prerelease: prerelease?.split('.') ?? [],
    text,
  };
}

/** Alternatives (`||`) of tests that must all hold. */
function parseRange(range: string): readonly (readonly Test[])[] {
  return range.split('||').map((alternative) => {
    const hyphen = /^\s*(\S+)\s+-\s+(\S+)\s*$/.exec(alternative);
    const parts =
      hyphen === null
        ? (alternative.trim().match(/(?:[=!<>~^]+\s*)?[^\s,=!<>~^]+/g) ?? [])
        : [`>=${hyphen[1]}`, `<=${hyphen[2]}`];
    if (parts.length === 0) throw unreadable(range);
    const constraints = parts.map((part) => parseConstraint(part, range));
    // One prerelease among them lets prereleases in.
    if (constraints.some(({ from }) => from.prerelease.length > 0)) return constraints.map(({ test }) => test);
    return [(version: Version) => version.prerelease.length === 0, ...constraints.map(({ test }) => test)];
  });
}

function parseConstraint(text: string, range: string): { readonly from: Version; readonly test: Test } {
  const match = CONSTRAINT.exec(text);
  if (match === null) throw unreadable(range);
  const [, operator = '', major = '', minor, patch, prerelease] = match;
  const given = [major, minor, patch].filter((part): part is string => part !== undefined && !/[xX*]/.test(part));
  const [a = 0, b = 0, c = 0] = given.map(Number);
  const from: Version = { numbers: [a, b, c], prerelease: prerelease?.split('.') ?? [], text };
  return { from, test: constraintTest(operator, from, given.length) };
}

/** `precision`: how many numbers the constraint gives. */
function constraintTest(operator: string, from: Version, precision: number): Test {
  const [major, minor] = from.numbers;
  const below = (numbers: Version['numbers']): Test => {
    return (version) => compareNumbers(version.numbers, numbers) < 0;
  };
  /** The first version after all that the given numbers stand for. */
  const after: Version['numbers'] = precision === 1 ? [major + 1, 0, 0] : [major, minor + 1, 0];
  const atLeast: Test = (version) => compare(version, from) >= 0;
  const between =
    (end: Version['numbers']): Test =>
    (version) =>
      atLeast(version) && below(end)(version);
  const isWild = precision < 3;
  if (precision === 0) return () => operator !== '<' && operator !== '>';
  switch (operator) {
    case '>':
      return isWild ? (version) => !below(after)(version) : (version) => compare(version, from) > 0;
    case '>=':
    case '=>':
      return atLeast;
    case '<':
      return (version) => compare(version, from) < 0;
    case '<=':
    case '=<':
      return isWild ? below(after) : (version) => compare(version, from) <= 0;
    case '!=':
      return isWild ? (version) => !between(after)(version) : (version) => compare(version, from) !== 0;
    case '~':
    case '~>':
      return between(precision === 1 ? [major + 1, 0, 0] : [major, minor + 1, 0]);
    case '^':
      return between(afterCaret(from, precision));
    default:
      return isWild ? between(after) : (version) => compare(version, from) === 0;
  }
}

/** `^`: the leftmost number that is not zero stays. */
function afterCaret({ numbers: [major, minor, patch] }: Version, precision: number): Version['numbers'] {
  if (major > 0 || precision === 1) return [major + 1, 0, 0];
  if (minor > 0 || precision === 2) return [0, minor + 1, 0];
  return [0, 0, patch + 1];
}

function compare(a: Version, b: Version): number {
  const numbers = compareNumbers(a.numbers, b.numbers);
  if (numbers !== 0) return numbers;
  if (a.prerelease.length === 0 || b.prerelease.length === 0) return b.prerelease.length - a.prerelease.length;
  for (let index = 0; ; index += 1) {
    const [left, right] = [a.prerelease[index], b.prerelease[index]];
    if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined);
    const difference = compareIdentifiers(left, right);
    if (difference !== 0) return difference;
  }
}

/** Numbers are smaller than words. */
function compareIdentifiers(a: string, b: string): number {
  const [isNumberA, isNumberB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumberA && isNumberB) return Number(a) - Number(b);
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function compareNumbers(a: Version['numbers'], b: Version['numbers']): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function unreadable(range: string): Error {
  return new Error(`semver '${range}' parse error: improper constraint: ${range}`);
}
