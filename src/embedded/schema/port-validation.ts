import { type FieldError, invalidValue } from './field-error.ts';

const PORT_MAX = 65_535;
const PORT_NAME_LENGTH_MAX = 15;

export function portErrors(field: string, port: unknown): readonly FieldError[] {
  const inRange = typeof port === 'number' && port >= 1 && port <= PORT_MAX;
  return inRange ? [] : [invalidValue(field, port, `must be between 1 and ${PORT_MAX}, inclusive`)];
}

/** The name of a port, as IANA has them. */
export function portNameErrors(field: string, name: string): readonly FieldError[] {
  const why: string[] = [];
  if (name.length > PORT_NAME_LENGTH_MAX) why.push(`must be no more than ${PORT_NAME_LENGTH_MAX} characters`);
  if (!/^[-a-z0-9]*$/.test(name)) why.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) why.push('must contain at least one letter (a-z)');
  if (name.includes('--')) why.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) why.push('must not begin or end with a hyphen');
  return why.map((each) => invalidValue(field, name, each));
}
