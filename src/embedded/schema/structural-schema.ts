import { asArray, asObject, isJsonObject, type JsonObject } from '../json-value.ts';
import { customSchema } from './custom-schema.ts';
import { customErrors } from './custom-validation.ts';
import { type FieldError, forbiddenField, invalidValue, requiredValue, unsupportedValue } from './field-error.ts';

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** What keeps an openAPIV3Schema from being structural: the mistakes that people make. */
export function structuralErrors(schema: JsonObject, at: string): readonly FieldError[] {
  if (!schema.type) return [requiredValue(`${at}.type`, 'must not be empty at the root'), ...below(schema, at, true)];
  if (schema.type !== 'object') return [invalidValue(`${at}.type`, schema.type, 'must be object at the root')];
  return below(schema, at, true);
}

function below(schema: JsonObject, at: string, isRoot: boolean): readonly FieldError[] {
  const { properties, additionalProperties, items } = schema;
  const errors: FieldError[] = [...keywordErrors(schema, at), ...junctorErrors(schema, at)];
  if (isJsonObject(properties)) {
    if (additionalProperties !== undefined && additionalProperties !== false) {
      errors.push(
        forbiddenField(`${at}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'),
      );
    }
    for (const [name, property] of Object.entries(properties)) {
      errors.push(...propertyErrors(asObject(property), `${at}.properties[${name}]`, isRoot && name === 'metadata'));
    }
  }
  if (isJsonObject(additionalProperties)) {
    errors.push(...typeErrors(additionalProperties, `${at}.additionalProperties`, 'object'));
    errors.push(...below(additionalProperties, `${at}.additionalProperties`, false));
  }
  if (isJsonObject(items)) {
    errors.push(...typeErrors(items, `${at}.items`, 'array'), ...below(items, `${at}.items`, false));
    errors.push(...keyErrors(schema, items, at));
  } else if (schema.type === 'array') errors.push(requiredValue(`${at}.items`, 'must be specified'));
  return errors;
}

function propertyErrors(property: JsonObject, at: string, isMetadata: boolean): readonly FieldError[] {
  if (isMetadata) {
    const allowed = new Set(['name', 'generateName']);
    const others = Object.keys(asObject(property.properties)).filter((name) => !allowed.has(name));
    const why = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
    return others.length === 0 ? [] : [forbiddenField(at, why)];
  }
  return [...typeErrors(property, at, 'object'), ...below(property, at, false)];
}

function typeErrors(schema: JsonObject, at: string, within: 'object' | 'array'): readonly FieldError[] {
  const { type } = schema;
  const isFree =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (!type) {
    if (isFree || schema.$ref !== undefined) return [];
    const what = within === 'object' ? 'object fields' : 'array items';
    return [requiredValue(`${at}.type`, `must not be empty for specified ${what}`)];
  }
  return TYPES.includes(String(type)) ? [] : [unsupportedValue(`${at}.type`, type, TYPES)];
}

function keywordErrors(schema: JsonObject, at: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (schema.$ref !== undefined) errors.push(forbiddenField(`${at}.$ref`, '$ref is not supported'));
  if (schema.uniqueItems === true) {
    const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(forbiddenField(`${at}.uniqueItems`, why));
  }
  if (typeof schema.pattern === 'string' && !isExpression(schema.pattern)) {
    const why = "must be a valid regular expression, but isn't: error parsing regexp";
    const detail = schema.pattern.includes('[') ? `: missing closing ]: \`${schema.pattern}\`` : '';
    errors.push(invalidValue(`${at}.pattern`, schema.pattern, why + detail));
  }
  if (schema.default !== undefined) {
    errors.push(...customErrors(customSchema(schema), schema.default, `${at}.default`, ''));
  }
  return errors;
}

function isExpression(pattern: string): boolean {
  try {
    new RegExp(pattern.replace(/^\(\?[imsU]+\)/, ''));
    return true;
  } catch {
    // Named groups and classes that only Go knows are given the benefit of the doubt.
    return /\(\?P|\[\[:|\\[zQ]|\(\?[imsU]/.test(pattern);
  }
}

/** Branches of `allOf` and the like say what is valid, not what there is: that is told outside of them. */
function junctorErrors(schema: JsonObject, at: string): readonly FieldError[] {
  const branches = ['allOf', 'anyOf', 'oneOf'].flatMap((junctor) =>
    asArray(schema[junctor]).map((branch, index): readonly [JsonObject, string] => [
      asObject(branch),
      `${at}.${junctor}[${index}]`,
    ]),
  );
  if (isJsonObject(schema.not)) branches.push([schema.not, `${at}.not`]);
  return branches.flatMap(([branch, place]) => [
    ...declarations(branch, place, schema['x-kubernetes-int-or-string'] === true),
    ...undeclared(branch, place, schema, at),
  ]);
}

const NOT_IN_BRANCHES = ['type', 'description', 'default', 'nullable', 'additionalProperties'];

function declarations(branch: JsonObject, place: string, isIntOrString: boolean): readonly FieldError[] {
  const inside = Object.entries(asObject(branch.properties)).flatMap(([name, property]) =>
    declarations(asObject(property), `${place}.properties[${name}]`, false),
  );
  // `anyOf: [{type: integer}, {type: string}]` is how such a value used to be written.
  const found = isIntOrString ? [] : NOT_IN_BRANCHES.filter((keyword) => branch[keyword] !== undefined);
  return [
    ...inside,
    ...found.map((keyword) => forbiddenField(`${place}.${keyword}`, 'must be empty to be structural')),
  ];
}

function undeclared(branch: JsonObject, place: string, schema: JsonObject, at: string): readonly FieldError[] {
  const declared = asObject(schema.properties);
  return Object.entries(asObject(branch.properties)).flatMap(([name, property]) => {
    const path = `properties[${name}]`;
    if (!isJsonObject(declared[name])) {
      return [requiredValue(`${at}.${path}`, `because it is defined in ${place}.${path}`)];
    }
    return undeclared(asObject(property), `${place}.${path}`, declared[name], `${at}.${path}`);
  });
}

const LIST_KEYS = 'x-kubernetes-list-map-keys';

/** The keys of a list that is a map must be there in each item. */
function keyErrors(schema: JsonObject, items: JsonObject, at: string): readonly FieldError[] {
  if (schema['x-kubernetes-list-type'] !== 'map') return [];
  const keys = asArray(schema[LIST_KEYS]);
  if (keys.length === 0) {
    return [requiredValue(`${at}.${LIST_KEYS}`, 'must not be empty if x-kubernetes-list-type is map')];
  }
  const required = asArray(items.required);
  return keys
    .filter((key) => !required.includes(key) && asObject(asObject(items.properties)[String(key)]).default === undefined)
    .map((key) =>
      requiredValue(
        `${at}.items.properties[${String(key)}].default`,
        `this property is in ${LIST_KEYS}, so it must have a default or be a required property`,
      ),
    );
}
