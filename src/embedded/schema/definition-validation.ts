import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, asString, type JsonObject } from '../json-value.ts';
import { type FieldError, invalidValue, requiredValue, unsupportedValue } from './field-error.ts';
import { dns1035Label, subdomain } from './name-formats.ts';
import { structuralErrors } from './structural-schema.ts';

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const APPROVAL = 'api-approved.kubernetes.io';

/** What is wrong with a CustomResourceDefinition. */
export function definitionErrors(definition: KubeObject, before: KubeObject | undefined): readonly FieldError[] {
  const spec = asObject(definition.spec);
  const names = asObject(spec.names);
  const group = asString(spec.group) ?? '';
  const { name } = definition.metadata;
  const errors: FieldError[] = [];
  if (before === undefined && name !== `${asString(names.plural) ?? ''}.${group}`) {
    errors.push(invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  }
  errors.push(
    ...groupErrors(group),
    ...scopeErrors(spec.scope),
    ...(spec.preserveUnknownFields === true && before === undefined ? [PRESERVES] : []),
    ...versionErrors(spec),
    ...nameErrors(names),
    ...conversionErrors(asObject(spec.conversion)),
    ...approvalErrors(group, definition),
    ...storedErrors(definition, spec),
    ...(before === undefined ? [] : changeErrors(spec, before)),
  );
  return errors;
}

const PRESERVES = invalidValue(
  'spec.preserveUnknownFields',
  true,
  'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
);

function groupErrors(group: string): readonly FieldError[] {
  if (group === '') return [requiredValue('spec.group')];
  const wrong = subdomain(group);
  if (wrong.length > 0) return wrong.map((why) => invalidValue('spec.group', group, why));
  return group.includes('.') ? [] : [invalidValue('spec.group', group, 'should be a domain with at least one dot')];
}

function scopeErrors(scope: unknown): readonly FieldError[] {
  if (!scope) return [requiredValue('spec.scope')];
  const scopes = ['Cluster', 'Namespaced'];
  return scopes.includes(String(scope)) ? [] : [unsupportedValue('spec.scope', scope, scopes)];
}

function nameErrors(names: JsonObject): readonly FieldError[] {
  const check = (field: string, value: unknown, lower: boolean): readonly FieldError[] => {
    if (!value) return [requiredValue(`spec.names.${field}`)];
    const text = lower ? String(value).toLowerCase() : String(value);
    return dns1035Label(text).map((why) => invalidValue(`spec.names.${field}`, value, why));
  };
  const lists = ['shortNames', 'categories'].flatMap((field) =>
    asArray(names[field]).flatMap((each, index) => check(`${field}[${index}]`, each, false)),
  );
  return [
    ...check('plural', names.plural, false),
    ...check('singular', names.singular, false),
    ...check('kind', names.kind, true),
    ...check('listKind', names.listKind, true),
    ...lists,
  ];
}

function versionErrors(spec: JsonObject): readonly FieldError[] {
  const versions = asArray(spec.versions).map(asObject);
  const field = 'spec.versions';
  const errors = versions.flatMap((version, index) => oneVersion(version, index, versions.length));
  const printed = spec.versions === null || spec.versions === undefined ? null : versions.map(goVersion);
  if (new Set(versions.map(({ name }) => name)).size < versions.length) {
    errors.push(invalidValue(field, printed, 'must contain unique version names'));
  }
  if (versions.filter(({ storage }) => storage === true).length !== 1) {
    errors.push(invalidValue(field, printed, 'must have exactly one version marked as storage version'));
  }
  return errors;
}

/** A version as Go prints it; schema and columns of a single version stand elsewhere there. */
function goVersion({ name, served, storage }: JsonObject): JsonObject {
  return {
    Name: name,
    Served: served === true,
    Storage: storage === true,
    Deprecated: false,
    DeprecationWarning: null,
    Schema: null,
    Subresources: null,
    AdditionalPrinterColumns: null,
    SelectableFields: null,
  };
}

function oneVersion(version: JsonObject, index: number, count: number): FieldError[] {
  const at = `spec.versions[${index}]`;
  // What all versions have in common is told of the whole, under the names of an older API.
  const place = count === 1 ? 'spec' : at;
  const schemaPlace = count === 1 ? 'spec.validation.openAPIV3Schema' : `${at}.schema.openAPIV3Schema`;
  const name = asString(version.name) ?? '';
  const schema = asObject(version.schema).openAPIV3Schema;
  const wrong = dns1035Label(name);
  const errors: FieldError[] = wrong.map((why) => invalidValue(`${at}.name`, name, why));
  if (count === 1) errors.push(...wrong.map((why) => invalidValue('spec.version', name, why)));
  if (schema === undefined) errors.push(requiredValue(`${at}.schema.openAPIV3Schema`));
  else errors.push(...structuralErrors(asObject(schema), schemaPlace));
  return [...errors, ...subresourceErrors(asObject(version.subresources), place), ...columnErrors(version, place)];
}

function subresourceErrors({ scale }: JsonObject, place: string): readonly FieldError[] {
  if (scale === undefined) return [];
  const given = asObject(scale);
  return ['specReplicasPath', 'statusReplicasPath']
    .filter((path) => !given[path])
    .map((path) => requiredValue(`${place}.subresources.scale.${path}`));
}

function columnErrors({ additionalPrinterColumns }: JsonObject, place: string): readonly FieldError[] {
  return asArray(additionalPrinterColumns).flatMap((given, index) => {
    const column = asObject(given);
    const at = `${place}.additionalPrinterColumns[${index}]`;
    const rule = `must be one of ${COLUMN_TYPES.join(',')}`;
    const path = asString(column.jsonPath) ?? '';
    const errors: FieldError[] = [];
    if (!column.name) errors.push(requiredValue(`${at}.name`));
    if (!column.type) errors.push(requiredValue(`${at}.type`, rule));
    else if (!COLUMN_TYPES.includes(String(column.type))) errors.push(invalidValue(`${at}.type`, column.type, rule));
    if (path === '') errors.push(requiredValue(`${at}.JSONPath`));
    else if (!path.startsWith('.')) {
      errors.push(invalidValue(`${at}.JSONPath`, path, 'must be a simple json path starting with .'));
    }
    return errors;
  });
}

function conversionErrors({ strategy, webhook }: JsonObject): readonly FieldError[] {
  const strategies = ['None', 'Webhook'];
  if (strategy === undefined || strategy === 'None') return [];
  if (strategy !== 'Webhook') return [unsupportedValue('spec.conversion.strategy', strategy, strategies)];
  const given = asObject(webhook);
  const why = 'required when strategy is set to Webhook';
  return [
    ...(given.clientConfig === undefined ? [requiredValue('spec.conversion.webhookClientConfig', why)] : []),
    ...(asArray(given.conversionReviewVersions).length === 0
      ? [requiredValue('spec.conversion.conversionReviewVersions')]
      : []),
  ];
}

function approvalErrors(group: string, { metadata }: KubeObject): readonly FieldError[] {
  const isProtected = /(^|\.)(k8s|kubernetes)\.io$/.test(group);
  if (!isProtected || metadata.annotations?.[APPROVAL] !== undefined) return [];
  const why = `protected groups must have approval annotation "${APPROVAL}", see https://github.com/kubernetes/enhancements/pull/1111`;
  return [requiredValue(`metadata.annotations[${APPROVAL}]`, why)];
}

function storedErrors({ status }: KubeObject, spec: JsonObject): readonly FieldError[] {
  const field = 'status.storedVersions';
  const stored = asArray(asObject(status).storedVersions);
  const versions = asArray(spec.versions).map(asObject);
  if (stored.length === 0) return [invalidValue(field, null, 'must have at least one stored version')];
  const known = new Set(versions.map(({ name }) => name));
  const storage = versions.findLast((version) => version.storage === true)?.name;
  const gone = stored.flatMap((name, index) => {
    if (known.has(name)) return [];
    const why = `missing from spec.versions; ${String(name)} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${String(name)} and removes ${String(name)} from status.storedVersions`;
    return [invalidValue(`${field}[${index}]`, name, why)];
  });
  if (storage === undefined || stored.includes(storage)) return gone;
  return [...gone, invalidValue(field, stored, `must have the storage version ${String(storage)}`)];
}

function changeErrors(spec: JsonObject, before: KubeObject): readonly FieldError[] {
  const old = asObject(before.spec);
  const oldNames = asObject(old.names);
  const names = asObject(spec.names);
  const errors: FieldError[] = [];
  for (const field of ['group', 'scope']) {
    if (spec[field] !== old[field]) errors.push(invalidValue(`spec.${field}`, spec[field], 'field is immutable'));
  }
  for (const field of ['kind', 'plural']) {
    if (names[field] !== oldNames[field]) {
      errors.push(invalidValue(`spec.names.${field}`, names[field], 'field is immutable'));
    }
  }
  return errors;
}
