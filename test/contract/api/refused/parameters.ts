import type { RefusedRequest } from '../contract.ts';
import { configMap } from '../objects.ts';
import { badRequest, invalid, NO_METHOD, unforeseen } from '../refusal.ts';

const CORE = '/api/v1/namespaces/{ns}';
const MAPS = `${CORE}/configmaps`;

/** Query parameters and options that say nothing the server knows. */
export const REFUSED_PARAMETERS: readonly RefusedRequest[] = [
  [
    'a limit that is no number is a bad request',
    `GET ${MAPS}?limit=many`,
    {},
    badRequest('strconv.ParseInt: parsing "many": invalid syntax'),
  ],
  [
    'a timeout that is no number is a bad request',
    `GET ${MAPS}?watch=true&timeoutSeconds=soon`,
    {},
    badRequest('strconv.ParseInt: parsing "soon": invalid syntax'),
  ],
  [
    'a malformed label selector is a bad request',
    `GET ${MAPS}?labelSelector=a%20in%20b`,
    {},
    badRequest("unable to parse requirement: found 'b' expected: '('"),
  ],
  [
    'a label selector with a bad key is a bad request',
    `GET ${MAPS}?labelSelector=-a%3Db`,
    {},
    badRequest(
      `unable to parse requirement: <nil>: Invalid value: "-a": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    ),
  ],
  [
    'a label selector with a bad value is a bad request',
    `GET ${MAPS}?labelSelector=a%3D-b-`,
    {},
    badRequest(
      `unable to parse requirement: values[0][a]: Invalid value: "-b-": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    ),
  ],
  [
    'a label selector that ends too early is a bad request',
    `GET ${MAPS}?labelSelector=a%3Db%2C`,
    {},
    badRequest("found '', expected: identifier after ','"),
  ],
  [
    'a malformed field selector is a bad request',
    `GET ${MAPS}?fieldSelector=metadata.name`,
    {},
    badRequest("invalid selector: 'metadata.name'; can't understand 'metadata.name'"),
  ],
  [
    'a field that cannot be selected by is a bad request',
    `GET ${MAPS}?fieldSelector=data.a%3Db`,
    {},
    badRequest('"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"'),
  ],
  [
    'a field of Pods that cannot be selected by is a bad request',
    `GET ${CORE}/pods?fieldSelector=spec.color%3Dred`,
    {},
    badRequest('field label not supported: spec.color'),
  ],
  [
    'a dryRun that is not All is invalid',
    `POST ${MAPS}?dryRun=Some`,
    { body: configMap('a') },
    invalid('CreateOptions.meta.k8s.io', '', ['dryRun', 'Unsupported value: ["Some"]: supported values: "All"']),
  ],
  [
    'a dryRun that is not All is invalid on delete',
    `DELETE ${MAPS}/a?dryRun=Some`,
    { given: [[MAPS, configMap('a')]] },
    invalid('DeleteOptions.meta.k8s.io', '', ['dryRun', 'Unsupported value: ["Some"]: supported values: "All"']),
  ],
  [
    'a fieldValidation that nobody knows is invalid',
    `POST ${MAPS}?fieldValidation=Maybe`,
    { body: configMap('a') },
    invalid('CreateOptions.meta.k8s.io', '', [
      'fieldValidation',
      'Unsupported value: "Maybe": supported values: "", "Ignore", "Strict", "Warn"',
    ]),
  ],
  [
    'a field manager of more than 128 characters is invalid',
    `POST ${MAPS}?fieldManager=${'m'.repeat(129)}`,
    { body: configMap('a') },
    invalid('CreateOptions.meta.k8s.io', '', ['fieldManager', 'Too long: may not be more than 128 bytes']),
  ],
  [
    'a field manager with unprintable characters is invalid',
    `POST ${MAPS}?fieldManager=a%0Ab`,
    { body: configMap('a') },
    invalid('CreateOptions.meta.k8s.io', '', [
      'fieldManager',
      'Invalid value: "a\\nb": invalid character U+000A (at position 1)',
    ]),
  ],
  [
    'a propagationPolicy that nobody knows is invalid',
    `DELETE ${MAPS}/a?propagationPolicy=Sideways`,
    { given: [[MAPS, configMap('a')]] },
    invalid('DeleteOptions.meta.k8s.io', '', [
      'propagationPolicy',
      'Unsupported value: "Sideways": supported values: "Foreground", "Background", "Orphan", "nil"',
    ]),
  ],
  [
    'a propagationPolicy beside orphanDependents is invalid',
    `DELETE ${MAPS}/a`,
    { body: { propagationPolicy: 'Orphan', orphanDependents: true }, given: [[MAPS, configMap('a')]] },
    invalid('DeleteOptions.meta.k8s.io', '', [
      'propagationPolicy',
      'Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set',
    ]),
  ],
  [
    'force is for apply only',
    `PATCH ${MAPS}/a?force=true`,
    { contentType: 'application/merge-patch+json', body: {}, given: [[MAPS, configMap('a')]] },
    invalid('PatchOptions.meta.k8s.io', '', ['force', 'Forbidden: may not be specified for non-apply patch']),
  ],
  [
    'apply needs a field manager',
    `PATCH ${MAPS}/a`,
    { contentType: 'application/apply-patch+yaml', body: { apiVersion: 'v1', kind: 'ConfigMap' } },
    invalid('PatchOptions.meta.k8s.io', '', ['fieldManager', 'Required value: is required for apply patch']),
  ],
  [
    'an unknown field is refused when validation is strict',
    `POST ${MAPS}?fieldValidation=Strict`,
    { body: { metadata: { name: 'a' }, horn: 1 } },
    badRequest(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "horn"',
    ),
  ],
  [
    'all unknown fields are named when validation is strict',
    `POST /apis/apps/v1/namespaces/{ns}/deployments?fieldValidation=Strict`,
    { body: { metadata: { name: 'a', color: 'red' }, spec: { template: { spec: { containers: [{ nmae: 'a' }] } } } } },
    badRequest(
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "metadata.color", unknown field "spec.template.spec.containers[0].nmae"',
    ),
  ],
  [
    'a field given twice is refused when validation is strict',
    `POST ${MAPS}?fieldValidation=Strict`,
    { body: '{"metadata":{"name":"a"},"data":{"a":"1"},"data":{"a":"2"}}' },
    badRequest(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "data"',
    ),
  ],
  ['a log is not posted', 'POST /api/v1/namespaces/{ns}/pods/a/log', { body: {} }, NO_METHOD],
  [
    'a revision that is no number is a bad request in a list',
    `GET ${MAPS}?resourceVersion=latest`,
    {},
    badRequest(
      'invalid resource version: resourceVersion: Invalid value: "latest": strconv.ParseUint: parsing "latest": invalid syntax',
    ),
  ],
  [
    'a revision that is no number is a bad request in a get',
    `GET ${MAPS}/a?resourceVersion=latest`,
    { given: [[MAPS, configMap('a')]] },
    unforeseen('resourceVersion: Invalid value: "latest": strconv.ParseUint: parsing "latest": invalid syntax'),
  ],
];
