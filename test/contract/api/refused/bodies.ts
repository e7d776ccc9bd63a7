import type { RefusedRequest } from '../contract.ts';
import { configMap } from '../objects.ts';
import { badRequest } from '../refusal.ts';

const CORE = '/api/v1/namespaces/{ns}';
const MAPS = `${CORE}/configmaps`;

/** Bodies that cannot be read. */
export const REFUSED_BODIES: readonly RefusedRequest[] = [
  [
    'a body that is not JSON is a bad request',
    `POST ${MAPS}`,
    { body: '{"apiVersion":"v1"' },
    badRequest(
      `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input ({"apiVersion":"v1")`,
    ),
  ],
  [
    'a body with a stray character is a bad request',
    `POST ${MAPS}`,
    { body: '{"apiVersion": v1}' },
    badRequest(
      `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: invalid character 'v' looking for beginning of value ({"apiVersion": v1})`,
    ),
  ],
  [
    'an empty body is a bad request',
    `POST ${MAPS}`,
    { body: '', contentType: 'application/json' },
    badRequest(
      "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)",
    ),
  ],
  [
    'an array for a body is a bad request',
    `POST ${MAPS}`,
    { body: '[]' },
    badRequest(
      `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b5d)`,
    ),
  ],
  [
    'a JSON string for a body is a bad request',
    `POST ${MAPS}`,
    { body: '"text"' },
    badRequest(
      `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (227465787422)`,
    ),
  ],
  [
    'a body of another kind is a bad request',
    `POST ${MAPS}`,
    { body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } } },
    badRequest(
      'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
    ),
  ],
  [
    'a body of an unknown kind is a bad request',
    `POST ${MAPS}`,
    { body: { apiVersion: 'v1', kind: 'Unicorn', metadata: { name: 'a' } } },
    badRequest(
      'Unicorn in version "v1" cannot be handled as a ConfigMap: no kind "Unicorn" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
    ),
  ],
  [
    'a body of another apiVersion is a bad request',
    `POST ${MAPS}`,
    { body: { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'a' } } },
    badRequest(
      'ConfigMap in version "v2" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "v2" in scheme "pkg/runtime/scheme.go:111"',
    ),
  ],
  [
    'a body of another group is a bad request',
    'POST /apis/apps/v1/namespaces/{ns}/deployments',
    { body: { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'a' } } },
    badRequest(
      'Job in version "v1" cannot be handled as a Deployment: converting (v1.Job) to (apps.Deployment): unknown conversion',
    ),
  ],
  [
    'a body of another namespace is a bad request',
    `POST ${MAPS}`,
    { body: { metadata: { name: 'a', namespace: 'elsewhere' } } },
    badRequest('the namespace of the provided object does not match the namespace sent on the request'),
  ],
  [
    'a name that differs from the path is a bad request',
    `PUT ${MAPS}/a`,
    { body: configMap('b'), given: [[MAPS, configMap('a')]] },
    badRequest('the name of the object (b) does not match the name on the URL (a)'),
  ],
  [
    'a namespace that differs from the path is a bad request on replace',
    `PUT ${MAPS}/a`,
    { body: { metadata: { name: 'a', namespace: 'elsewhere' } }, given: [[MAPS, configMap('a')]] },
    badRequest('the namespace of the provided object does not match the namespace sent on the request'),
  ],
  [
    'a replacement without a name is a bad request',
    `PUT ${MAPS}/a`,
    { body: { metadata: {} }, given: [[MAPS, configMap('a')]] },
    badRequest('the name of the object (a based on URL) was undeterminable: name must be provided'),
  ],
  [
    'another kind is a bad request on replace',
    `PUT ${MAPS}/a`,
    { body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }, given: [[MAPS, configMap('a')]] },
    badRequest(
      'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
    ),
  ],
  [
    'text for a map of strings does not decode',
    `POST ${MAPS}`,
    { body: { metadata: { name: 'a' }, data: 'text' } },
    badRequest(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal string into Go struct field ConfigMap.data of type map[string]string',
    ),
  ],
  [
    'a number for a string does not decode',
    `POST ${MAPS}`,
    { body: { metadata: { name: 'a' }, data: { a: 1 } } },
    badRequest(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ),
  ],
  [
    'text for a number does not decode',
    'POST /apis/apps/v1/namespaces/{ns}/deployments',
    { body: { metadata: { name: 'a' }, spec: { replicas: 'three' } } },
    badRequest(
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ),
  ],
  [
    'an object for a list does not decode',
    `POST ${CORE}/pods`,
    { body: { metadata: { name: 'a' }, spec: { containers: {} } } },
    badRequest(
      'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
    ),
  ],
  [
    'a number for a label does not decode',
    `POST ${MAPS}`,
    { body: { metadata: { name: 'a', labels: { a: 1 } } } },
    badRequest(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    ),
  ],
  [
    'text that is not base64 does not decode in a Secret',
    `POST ${CORE}/secrets`,
    { body: { metadata: { name: 'a' }, data: { a: '%%%' } } },
    badRequest('Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0'),
  ],
];
