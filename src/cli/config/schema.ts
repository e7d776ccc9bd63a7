import { packageVersion } from '../package-version.ts';
import { limitName, type Setting } from './setting.ts';
import { SETTINGS } from './settings.ts';

type Schema = Readonly<Record<string, unknown>>;

const DURATION = '^(?:0|(?:\\d+(?:\\.\\d+)?(?:ms|s|m|h|d))+)$';

/** Where editors find the schema of this version. */
export function schemaUrl(): string {
  return `https://unpkg.com/reconcile-machine@${packageVersion()}/schema/reconcile-machine.schema.json`;
}

/** The JSON Schema (draft 2020-12) of `reconcile-machine.yaml`, made of the same table that reads it. */
export function configurationSchema(): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of reconcile-machine',
    description: 'reconcile-machine.yaml. Environment variables and flags rank above it.',
    ...objectOf(''),
  };
}

function objectOf(prefix: string): Schema {
  const properties: Record<string, Schema> = {};
  const start = prefix === '' ? '' : `${prefix}.`;
  for (const setting of SETTINGS) {
    if (!setting.key.startsWith(start)) continue;
    const [name = '', ...deeper] = setting.key.slice(start.length).split('.');
    properties[name] ??= deeper.length > 0 ? objectOf(`${start}${name}`) : schemaOf(setting);
  }
  return { type: 'object', additionalProperties: false, properties };
}

function schemaOf(setting: Setting): Schema {
  return { description: `${setting.summary}. Default: ${setting.fallback}`, ...valueSchema(setting) };
}

function valueSchema({ key, kind, choices, pattern }: Setting): Schema {
  switch (kind) {
    case 'flag':
      return { type: 'boolean' };
    case 'list':
      return { oneOf: [textSchema, { type: 'array', items: textSchema }] };
    case 'duration':
      return { type: 'string', pattern: DURATION };
    case 'limit':
      return limitSchema(limitName(key));
    case 'text':
    case 'path':
      if (choices !== undefined) return { enum: choices };
      return pattern === undefined ? textSchema : { type: 'string', pattern: pattern.expression.source };
  }
}

const textSchema: Schema = { type: 'string', minLength: 1 };

function limitSchema(name: string): Schema {
  if (name.endsWith('Ratio')) return { type: 'number', minimum: 0, exclusiveMaximum: 1 };
  const hasUnit = /Ms(Min|Max)?$/.test(name) || name.includes('Bytes');
  return hasUnit ? { type: ['integer', 'string'], minimum: 0 } : { type: 'integer', minimum: 1 };
}
