/** Small bodies for the cases: no apiVersion and kind where the path says them. */
export function configMap(name: string, data?: Readonly<Record<string, string>>, metadata: object = {}): object {
  return { metadata: { name, ...metadata }, ...(data === undefined ? {} : { data }) };
}

export const CONTAINER = { name: 'app', image: 'example.com/app:1' };

export function pod(name: string, metadata: object = {}, spec: object = {}): object {
  return { metadata: { name, ...metadata }, spec: { containers: [CONTAINER], ...spec } };
}

export function deployment(name: string, spec: object = {}, metadata: object = {}): object {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [CONTAINER] } };
  return { metadata: { name, ...metadata }, spec: { selector: { matchLabels: labels }, template, ...spec } };
}

export function service(name: string, spec: object = {}): object {
  return { metadata: { name }, spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec } };
}

export function secret(name: string, fields: object = {}): object {
  return { metadata: { name }, ...fields };
}

export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
/** The group of the CronTab that all cases share: the real server takes a second to serve a new definition. */
export const GROUP = 'stable.example.com';
/** The group of a case's own definitions. */
export const OWN_GROUP = '{ns}.example.com';
export const CRONTABS = `/apis/${GROUP}/v1/namespaces/{ns}/crontabs`;
export const OWN_CRONTABS = `/apis/${OWN_GROUP}/v1/namespaces/{ns}/crontabs`;

/** A schema with every sort of rule the cases need. */
export const CRONTAB_SCHEMA = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['schedule'],
      properties: {
        schedule: { type: 'string', pattern: '^[0-9*/ ]+$', maxLength: 20 },
        replicas: { type: 'integer', minimum: 0, maximum: 10, default: 1 },
        policy: { type: 'string', enum: ['Allow', 'Forbid'] },
        suspended: { type: 'boolean' },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        tags: { type: 'array', maxItems: 3, 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        steps: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, image: { type: 'string' } },
          },
        },
        port: { 'x-kubernetes-int-or-string': true },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        note: { type: 'string', nullable: true },
      },
    },
    status: {
      type: 'object',
      properties: { phase: { type: 'string' }, replicas: { type: 'integer' }, selector: { type: 'string' } },
    },
  },
};

/** A definition of CronTab; `version` goes into its only version, `spec` into the whole. */
export function definition(version: object = {}, spec: object = {}, group = OWN_GROUP): object {
  return {
    metadata: { name: `crontabs.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'crontabs', singular: 'crontab', kind: 'CronTab', shortNames: ['ct'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: CRONTAB_SCHEMA },
          subresources: { status: {} },
          ...version,
        },
      ],
      ...spec,
    },
  };
}

export function crontab(
  name: string,
  spec: object = { schedule: '* *' },
  metadata: object = {},
  group = GROUP,
): object {
  return { apiVersion: `${group}/v1`, kind: 'CronTab', metadata: { name, ...metadata }, spec };
}
