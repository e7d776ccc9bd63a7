import type { KubeObject } from '../../../domain/kube-object.ts';
import { asArray, asObject } from '../../json-value.ts';
import { at, count, firstOf, text } from './cell-values.ts';
import { AGE, column, NAME, type Printer, texts, wide } from './columns.ts';
import { ageOf } from './human-duration.ts';
import { labelsText, selectorText } from './label-text.ts';

const ENDPOINTS_SHOWN = 3;
const HOSTS_SHOWN = 3;

function age({ metadata }: KubeObject, nowMs: number): string {
  return ageOf(metadata.creationTimestamp, nowMs);
}

export const servicePrinter: Printer = {
  columns: [NAME, ...texts('Type', 'Cluster-IP', 'External-IP', 'Port(s)'), AGE, wide('Selector')],
  cells: (object, nowMs) => {
    const { metadata, spec } = object;
    const [clusterIP] = asArray(spec?.clusterIPs);
    return [
      metadata.name,
      text(spec?.type, 'ClusterIP'),
      text(clusterIP, text(spec?.clusterIP, '<none>')),
      externalAddress(object),
      asArray(spec?.ports).map(servicePort).join(',') || '<none>',
      age(object, nowMs),
      labelsText(spec?.selector),
    ];
  },
};

function servicePort(port: unknown): string {
  const { port: number, nodePort, protocol } = asObject(port);
  const node = count(nodePort) > 0 ? `:${count(nodePort)}` : '';
  return `${count(number)}${node}/${text(protocol, 'TCP')}`;
}

function externalAddress({ spec, status }: KubeObject): string {
  const given = asArray(spec?.externalIPs).map(String);
  switch (text(spec?.type, 'ClusterIP')) {
    case 'ClusterIP':
    case 'NodePort':
      return given.join(',') || '<none>';
    case 'LoadBalancer':
      return [balancerAddresses(status), ...given].filter((part) => part !== '').join(',') || '<pending>';
    case 'ExternalName':
      return text(spec?.externalName);
    default:
      return '<unknown>';
  }
}

function balancerAddresses(status: unknown): string {
  const ingress = asArray(at(status, 'loadBalancer', 'ingress')).map(asObject);
  const addresses = ingress.map(({ ip, hostname }) => text(ip, text(hostname))).filter((each) => each !== '');
  return [...new Set(addresses)].sort().join(',');
}

export const ingressPrinter: Printer = {
  columns: [NAME, ...texts('Class', 'Hosts', 'Address', 'Ports'), AGE],
  cells: (object, nowMs) => {
    const { metadata, spec, status } = object;
    return [
      metadata.name,
      text(spec?.ingressClassName, '<none>'),
      hosts(asArray(spec?.rules)),
      balancerAddresses(status),
      asArray(spec?.tls).length > 0 ? '80, 443' : '80',
      age(object, nowMs),
    ];
  },
};

/** Rules without a host count for "more", though they are not shown. */
function hosts(rules: readonly unknown[]): string {
  const shown: string[] = [];
  let more = false;
  for (const rule of rules) {
    if (shown.length === HOSTS_SHOWN) more = true;
    const host = text(at(rule, 'host'));
    if (!more && host !== '') shown.push(host);
  }
  if (shown.length === 0) return '*';
  return shown.join(',') + (more ? ` + ${rules.length - HOSTS_SHOWN} more...` : '');
}

export const ingressClassPrinter: Printer = {
  columns: [NAME, ...texts('Controller', 'Parameters'), AGE],
  cells: (object, nowMs) => {
    const { metadata, spec } = object;
    const isDefault = metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true';
    const { apiGroup, kind, name } = asObject(spec?.parameters);
    const group = apiGroup === undefined ? '' : `.${text(apiGroup)}`;
    return [
      metadata.name + (isDefault ? ' (default)' : ''),
      text(spec?.controller),
      spec?.parameters === undefined ? '<none>' : `${text(kind)}${group}/${text(name)}`,
      age(object, nowMs),
    ];
  },
};

export const networkPolicyPrinter: Printer = {
  columns: [NAME, column('Pod-Selector'), AGE],
  cells: (object, nowMs) => [
    object.metadata.name,
    selectorText(object.spec?.podSelector) || '<none>',
    age(object, nowMs),
  ],
};

export const endpointsPrinter: Printer = {
  columns: [NAME, column('Endpoints'), AGE],
  cells: (object, nowMs) => {
    const subsets = asArray(object.subsets).map(asObject);
    const addresses = subsets.flatMap(({ addresses: list, ports }) => {
      const ips = asArray(list).map((address) => text(at(address, 'ip')));
      const numbers = asArray(ports).map((port) => count(at(port, 'port')));
      return numbers.length === 0 ? ips : numbers.flatMap((number) => ips.map((ip) => hostAndPort(ip, number)));
    });
    const shown = subsets.length === 0 ? '<none>' : firstOf(addresses, ENDPOINTS_SHOWN);
    return [object.metadata.name, shown, age(object, nowMs)];
  },
};

function hostAndPort(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

export const endpointSlicePrinter: Printer = {
  columns: [NAME, ...texts('AddressType', 'Ports', 'Endpoints'), AGE],
  cells: (object, nowMs) => {
    const ports = asArray(object.ports).map((port) => text(at(port, 'port'), text(at(port, 'name'), '*')));
    const addresses = asArray(object.endpoints).flatMap((endpoint) => asArray(at(endpoint, 'addresses')).map(String));
    return [
      object.metadata.name,
      text(object.addressType),
      firstOf(ports, ENDPOINTS_SHOWN) || '<unset>',
      firstOf(addresses, ENDPOINTS_SHOWN) || '<unset>',
      age(object, nowMs),
    ];
  },
};
