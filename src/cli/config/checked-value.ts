import { parseDurationMs } from '../duration.ts';
import { expectedLimit, limitValue } from '../limit-options.ts';
import { nearestName } from '../nearest-name.ts';
import { limitName, type Setting } from './setting.ts';

/** What is wrong with a value: what was expected, and what to do. Never the value of something that may hold credentials. */
export interface WrongValue {
  readonly expected: string;
  readonly hint?: string;
}

/** Undefined where `text` is a value of the setting (one of its items, for a list). */
export function wrongValue(setting: Setting, text: string): WrongValue | undefined {
  const { kind, choices, pattern } = setting;
  if (text === '') return { expected: 'a value', hint: 'leave it out for the default' };
  if (kind === 'duration') {
    const milliseconds = parseDurationMs(text);
    if (milliseconds === undefined) return { expected: 'a duration such as 75ms, 2s, 5m or 1h' };
    if (milliseconds === 0 && setting.option === 'timeout') return { expected: 'a duration above 0', hint: 'e.g. 5m' };
  }
  if (kind === 'limit') {
    const name = limitName(setting.key);
    if (limitValue(name, text) === undefined)
      return { expected: expectedLimit(name), hint: `its default is ${setting.fallback}` };
  }
  if (kind === 'flag' && text !== 'true' && text !== 'false') return { expected: 'true or false' };
  if (choices !== undefined && !choices.includes(text)) {
    const near = nearestName(text, choices);
    return {
      expected: `one of ${choices.join(', ')}`,
      ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
    };
  }
  if (pattern !== undefined && !pattern.expression.test(text)) {
    return {
      expected: pattern.expects,
      hint: hasCredentials(text)
        ? 'credentials come from `docker login`, never from a configuration'
        : `e.g. ${pattern.example}`,
    };
  }
  return undefined;
}

/** `text` as an error may show it: without `user:password@`. */
export function shown(text: string): string {
  return hasCredentials(text) ? text.replace(/^((?:oci|https?):\/\/)?[^/]*@/, '$1…@') : text;
}

function hasCredentials(text: string): boolean {
  return /^(?:(?:oci|https?):\/\/)?[^/]*@/.test(text);
}
