import { asArray, asObject, asString, isJsonObject, type JsonObject } from '../json-value.ts';
import {
  duplicateValue,
  type FieldError,
  invalidValue,
  missingValue,
  requiredValue,
  unsupportedValue,
} from './field-error.ts';
import { dnsLabel } from './name-formats.ts';
import { portErrors, portNameErrors } from './port-validation.ts';
import { compareQuantities } from './quantity.ts';

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const ENVIRONMENT_NAME = /^[ -<>-~]+$/;
const ENVIRONMENT_RULE =
  "a valid environment variable name must consist only of printable ASCII characters other than '='";
const STANDARD_RESOURCE = /^(cpu|memory|ephemeral-storage|hugepages-.+|[^/]+\/.+)$/;
const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'];

/** What is wrong with the containers of a Pod's spec; `volumes` are the names of its volumes. */
export function containerErrors(spec: JsonObject, field: string, volumes: ReadonlySet<unknown>): readonly FieldError[] {
  const containers = asArray(spec.containers);
  if (containers.length === 0) return [requiredValue(`${field}.containers`)];
  const seen = new Set<unknown>();
  const errorsOf = (list: readonly unknown[], at: string): readonly FieldError[] =>
    list.flatMap((item, index) => oneContainer(asObject(item), `${at}[${index}]`, seen, volumes));
  const regular = errorsOf(containers, `${field}.containers`);
  return [...regular, ...errorsOf(asArray(spec.initContainers), `${field}.initContainers`)];
}

function oneContainer(
  container: JsonObject,
  at: string,
  seen: Set<unknown>,
  volumes: ReadonlySet<unknown>,
): readonly FieldError[] {
  const { name, image, imagePullPolicy } = container;
  const errors: FieldError[] = [];
  if (!name) errors.push(requiredValue(`${at}.name`));
  else errors.push(...dnsLabel(String(name)).map((why) => invalidValue(`${at}.name`, name, why)));
  if (name && seen.has(name)) errors.push(duplicateValue(`${at}.name`, name));
  seen.add(name);
  if (!image) errors.push(requiredValue(`${at}.image`));
  errors.push(
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((probe) =>
      probeErrors(container[probe], `${at}.${probe}`),
    ),
  );
  if (!PULL_POLICIES.includes(String(imagePullPolicy))) {
    errors.push(unsupportedValue(`${at}.imagePullPolicy`, imagePullPolicy, PULL_POLICIES));
  }
  errors.push(...asArray(container.ports).flatMap((port, index) => onePort(asObject(port), `${at}.ports[${index}]`)));
  errors.push(
    ...asArray(container.env).flatMap((each, index) => variableErrors(asObject(each), `${at}.env[${index}]`)),
  );
  for (const [index, mount] of asArray(container.volumeMounts).map(asObject).entries()) {
    const place = `${at}.volumeMounts[${index}]`;
    if (!mount.name) errors.push(requiredValue(`${place}.name`));
    if (!volumes.has(mount.name)) errors.push(missingValue(`${place}.name`, mount.name ?? ''));
    if (!mount.mountPath) errors.push(requiredValue(`${place}.mountPath`));
  }
  return [...errors, ...resourceErrors(asObject(container.resources), `${at}.resources`)];
}

function onePort(port: JsonObject, at: string): readonly FieldError[] {
  const { containerPort, protocol } = port;
  const name = asString(port.name);
  return [
    ...(name === undefined ? [] : portNameErrors(`${at}.name`, name)),
    ...(containerPort ? portErrors(`${at}.containerPort`, containerPort) : [requiredValue(`${at}.containerPort`)]),
    ...(PROTOCOLS.includes(String(protocol)) ? [] : [unsupportedValue(`${at}.protocol`, protocol, PROTOCOLS)]),
  ];
}

function variableErrors(variable: JsonObject, at: string): readonly FieldError[] {
  const name = asString(variable.name) ?? '';
  if (name === '') return [requiredValue(`${at}.name`)];
  return ENVIRONMENT_NAME.test(name) ? [] : [invalidValue(`${at}.name`, name, ENVIRONMENT_RULE)];
}

function probeErrors(probe: unknown, at: string): readonly FieldError[] {
  if (!isJsonObject(probe)) return [];
  const handlers = HANDLERS.filter((handler) => probe[handler] !== undefined);
  if (handlers.length === 0) return [requiredValue(at, 'must specify a handler type')];
  return ['httpGet', 'tcpSocket'].flatMap((handler) => {
    const given = probe[handler];
    if (!isJsonObject(given)) return [];
    return typeof given.port === 'string'
      ? portNameErrors(`${at}.${handler}.port`, given.port)
      : portErrors(`${at}.${handler}.port`, given.port ?? 0);
  });
}

function resourceErrors({ limits, requests }: JsonObject, at: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [list, given] of Object.entries({ limits, requests })) {
    for (const [name, amount] of Object.entries(asObject(given))) {
      if (!STANDARD_RESOURCE.test(name)) {
        const field = `${at}.${list}[${name}]`;
        errors.push(
          invalidValue(field, name, 'must be a standard resource type or fully qualified'),
          invalidValue(field, name, 'must be a standard resource for containers'),
        );
      }
      if (compareQuantities(String(amount), '0') < 0) {
        errors.push(invalidValue(`${at}.${list}[${name}]`, amount, 'must be greater than or equal to 0'));
      }
    }
  }
  for (const [name, request] of Object.entries(asObject(requests))) {
    const limit = asObject(limits)[name];
    if (limit !== undefined && compareQuantities(String(request), String(limit)) > 0) {
      errors.push(
        invalidValue(`${at}.requests`, request, `must be less than or equal to ${name} limit of ${String(limit)}`),
      );
    }
  }
  return errors;
}
