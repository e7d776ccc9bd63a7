import type { RefusedRequest } from '../contract.ts';
import { configMap } from '../objects.ts';
import { UNSUPPORTED_PATCH, unknownFormat } from '../refusal.ts';

const CORE = '/api/v1/namespaces/{ns}';
const MAPS = `${CORE}/configmaps`;

/** Media types that the server does not take or give, and a body that is too large. */
export const REFUSED_MEDIA_TYPES: readonly RefusedRequest[] = [
  [
    'a patch type that nobody knows is an unsupported media type',
    `PATCH ${MAPS}/a`,
    { contentType: 'application/json', body: {}, given: [[MAPS, configMap('a')]] },
    UNSUPPORTED_PATCH,
  ],
  [
    'a patch without a content type is an unsupported media type',
    `PATCH ${MAPS}/a`,
    { contentType: '', body: '{}', given: [[MAPS, configMap('a')]] },
    UNSUPPORTED_PATCH,
  ],
  [
    'text is an unsupported media type',
    `POST ${MAPS}`,
    { contentType: 'text/plain', body: 'text' },
    unknownFormat('application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'),
  ],
  [
    'XML is an unsupported media type on replace',
    `PUT ${MAPS}/a`,
    { contentType: 'application/xml', body: '<a/>', given: [[MAPS, configMap('a')]] },
    unknownFormat('application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'),
  ],
  [
    'XML is not acceptable',
    `GET ${MAPS}`,
    { headers: { Accept: 'application/xml' } },
    {
      code: 406,
      reason: 'NotAcceptable',
      message:
        '406: Not Acceptable\n' +
        '\n' +
        'Available representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
      details: {},
    },
  ],
  [
    'an image is not acceptable for an object',
    `GET ${MAPS}/a`,
    { headers: { Accept: 'image/png' }, given: [[MAPS, configMap('a')]] },
    {
      code: 406,
      reason: 'NotAcceptable',
      message:
        '406: Not Acceptable\n' +
        '\n' +
        'Available representations: application/json, application/yaml, application/vnd.kubernetes.protobuf',
      details: {},
    },
  ],
  [
    'a Table of a version that does not exist is not acceptable',
    `GET ${MAPS}`,
    { headers: { Accept: 'application/json;as=Table;v=v9;g=meta.k8s.io' } },
    {
      code: 406,
      reason: 'NotAcceptable',
      message:
        'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    },
  ],
  [
    'a body of more than 3 MiB is too large',
    `POST ${MAPS}`,
    { body: `{"metadata":{"name":"a"},"data":{"a":"${'x'.repeat(3 * 1024 * 1024)}"}}` },
    {
      code: 413,
      reason: 'RequestEntityTooLarge',
      message: 'Request entity too large: limit is 3145728',
    },
  ],
];
