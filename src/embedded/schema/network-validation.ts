import { isIP } from 'node:net';
import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, asString, type JsonObject, sameJson } from '../json-value.ts';
import {
  duplicateValue,
  type FieldError,
  forbiddenField,
  invalidValue,
  requiredValue,
  unsupportedValue,
} from './field-error.ts';
import { labelErrors } from './metadata-validation.ts';
import { dnsLabel } from './name-formats.ts';
import { portErrors, portNameErrors } from './port-validation.ts';
import { compareQuantities } from './quantity.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const AFFINITIES = ['ClientIP', 'None'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

export function serviceErrors(service: KubeObject, before: KubeObject | undefined): readonly FieldError[] {
  const spec = asObject(service.spec);
  const { type, clusterIP, sessionAffinity } = spec;
  const ports = asArray(spec.ports).map(asObject);
  const isHeadless = clusterIP === 'None';
  const errors: FieldError[] = [];
  if (ports.length === 0 && !isHeadless && type !== 'ExternalName') errors.push(requiredValue('spec.ports'));
  if (type === 'ExternalName' && !spec.externalName) errors.push(requiredValue('spec.externalName'));
  errors.push(
    ...ports.flatMap((port, index) => onePort(port, `spec.ports[${index}]`, ports.slice(0, index), ports.length > 1)),
  );
  errors.push(...labelErrors('spec.selector', spec.selector));
  if (!AFFINITIES.includes(String(sessionAffinity))) {
    errors.push(unsupportedValue('spec.sessionAffinity', sessionAffinity, AFFINITIES));
  }
  if (!TYPES.includes(String(type))) errors.push(unsupportedValue('spec.type', type, TYPES));
  if (typeof clusterIP === 'string' && !isHeadless && isIP(clusterIP) === 0 && type !== 'ExternalName') {
    const why = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
    errors.push(invalidValue('spec.clusterIPs[0]', clusterIP, why));
  }
  return [...addressChange(spec, before), ...errors];
}

function addressChange(spec: JsonObject, before: KubeObject | undefined): readonly FieldError[] {
  const old = asObject(before?.spec);
  if (before === undefined || old.type === 'ExternalName' || spec.type === 'ExternalName') return [];
  if (old.clusterIP === undefined || spec.clusterIP === old.clusterIP) return [];
  return [invalidValue('spec.clusterIPs[0]', [spec.clusterIP], 'may not change once set')];
}

function onePort(
  port: JsonObject,
  at: string,
  earlier: readonly JsonObject[],
  needsName: boolean,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const name = asString(port.name) ?? '';
  if (needsName && name === '') errors.push(requiredValue(`${at}.name`));
  else if (name !== '') {
    errors.push(...dnsLabel(name).map((why) => invalidValue(`${at}.name`, name, why)));
    if (earlier.some((other) => other.name === name)) errors.push(duplicateValue(`${at}.name`, name));
  }
  errors.push(...portErrors(`${at}.port`, port.port ?? 0));
  if (!PROTOCOLS.includes(String(port.protocol))) {
    errors.push(unsupportedValue(`${at}.protocol`, port.protocol, PROTOCOLS));
  }
  const target = port.targetPort;
  errors.push(
    ...(typeof target === 'string'
      ? portNameErrors(`${at}.targetPort`, target)
      : portErrors(`${at}.targetPort`, target ?? 0)),
  );
  const same = earlier.some((other) => other.port === port.port && other.protocol === port.protocol);
  if (same) {
    const { protocol: Protocol, port: Port } = port;
    errors.push(duplicateValue(at, { Name: '', Protocol, AppProtocol: null, Port, TargetPort: 0, NodePort: 0 }));
  }
  return errors;
}

const CLAIM_FIXED =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

export function claimErrors(claim: KubeObject, before: KubeObject | undefined): readonly FieldError[] {
  const spec = asObject(claim.spec);
  const modes = asArray(spec.accessModes);
  const errors: FieldError[] = [];
  if (modes.length === 0) errors.push(requiredValue('spec.accessModes', 'at least 1 access mode is required'));
  for (const mode of modes) {
    if (!ACCESS_MODES.includes(String(mode))) errors.push(unsupportedValue('spec.accessModes', mode, ACCESS_MODES));
  }
  const storage = asObject(asObject(spec.resources).requests).storage;
  if (storage === undefined) errors.push(requiredValue('spec.resources[storage]'));
  else if (!(compareQuantities(String(storage), '0') > 0)) {
    errors.push(invalidValue('spec.resources[storage]', storage, 'must be greater than zero'));
  }
  const fixed = (given: JsonObject): JsonObject => {
    const { resources: _resources, volumeName: _volume, volumeAttributesClassName: _class, ...rest } = given;
    return rest;
  };
  if (before === undefined || sameJson(fixed(spec), fixed(asObject(before.spec)))) return errors;
  return [...errors, forbiddenField('spec', CLAIM_FIXED)];
}
