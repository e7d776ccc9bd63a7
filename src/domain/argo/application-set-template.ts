import { parse } from 'yaml';
import { asFields, type Fields } from '../object-fields.ts';

/** Values by name: `{{name}}`, with `goTemplate` a tree for `{{.a.b}}`. */
export type Parameters = Fields;

export function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const PLAIN = /\{\{\s*([\w.[\]-]+)\s*\}\}/g;
const GO = /\{\{-?\s*(index\s+)?((?:\.[\w]+)+)((?:\s+(?:\d+|"[^"]*"))*)\s*-?\}\}/g;

/**
 * The template with the parameters filled in, in keys and in values. Of Go templates, fields (`{{.path.basename}}`) and `index` are known; functions are an
 * error, as any template that Go would not take.
 */
export function filledIn(template: unknown, parameters: Parameters, isGoTemplate: boolean): unknown {
  if (typeof template === 'string')
    return isGoTemplate ? goText(template, parameters) : plainText(template, parameters);
  if (Array.isArray(template)) return template.map((item) => filledIn(item, parameters, isGoTemplate));
  if (!isMap(template)) return template;
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) => [
      String(filledIn(key, parameters, isGoTemplate)),
      filledIn(value, parameters, isGoTemplate),
    ]),
  );
}

/** What `elementsYaml` lists. */
export function elementsOf(text: string): readonly Fields[] {
  const parsed: unknown = parse(text);
  return Array.isArray(parsed) ? parsed.map(asFields) : [];
}

/** A parameter that is not known stays as it is written. */
function plainText(text: string, parameters: Parameters): string {
  return text.replaceAll(PLAIN, (whole, name: string) => {
    const value = parameters[name];
    return value === undefined ? whole : String(value);
  });
}

function goText(text: string, parameters: Parameters): string {
  const filled = text.replaceAll(GO, (_whole, index: string | undefined, path: string, keys: string) => {
    const names = [...path.slice(1).split('.'), ...(index === undefined ? [] : indexKeys(keys))];
    const value = names.reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], parameters);
    // Go prints what is not there so; `missingkey=error` is for a controller of its own.
    return value === undefined ? '<no value>' : String(value);
  });
  const rest = /\{\{.*?\}\}/.exec(filled)?.[0];
  if (rest !== undefined) throw new Error(`failed to parse template ${text}: functions are not known here: ${rest}`);
  return filled;
}

function indexKeys(text: string): string[] {
  return [...text.matchAll(/\d+|"([^"]*)"/g)].map((match) => match[1] ?? match[0]);
}
