import type { RefusedRequest } from '../contract.ts';
import { badRequest, invalid, unforeseen } from '../refusal.ts';

const CORE = '/api/v1/namespaces/{ns}';
const MAPS = `${CORE}/configmaps`;

/** Lists and watches with rules that contradict each other. */
export const REFUSED_LISTS: readonly RefusedRequest[] = [
  [
    'resourceVersionMatch needs a resourceVersion',
    `GET ${MAPS}?resourceVersionMatch=Exact`,
    {},
    invalid('ListOptions.meta.k8s.io', '', [
      'resourceVersionMatch',
      'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    ]),
  ],
  [
    'a resourceVersionMatch that nobody knows is invalid',
    `GET ${MAPS}?resourceVersion=1&resourceVersionMatch=Roughly`,
    {},
    invalid('ListOptions.meta.k8s.io', '', [
      'resourceVersionMatch',
      'Unsupported value: "Roughly": supported values: "Exact", "NotOlderThan", ""',
    ]),
  ],
  [
    'an exact match of revision 0 is invalid',
    `GET ${MAPS}?resourceVersion=0&resourceVersionMatch=Exact`,
    {},
    invalid('ListOptions.meta.k8s.io', '', [
      'resourceVersionMatch',
      'Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ]),
  ],
  [
    'resourceVersionMatch is forbidden beside continue',
    `GET ${MAPS}?resourceVersion=1&resourceVersionMatch=Exact&continue=abc`,
    {},
    invalid('ListOptions.meta.k8s.io', '', [
      'resourceVersionMatch',
      'Forbidden: resourceVersionMatch is forbidden when continue is provided',
    ]),
  ],
  [
    'a resourceVersion beside continue is a bad request',
    `GET ${MAPS}?resourceVersion=1&continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NSwic3RhcnQiOiJhXHUwMDAwIn0`,
    {},
    badRequest('specifying resource version is not allowed when using continue'),
  ],
  [
    'a continue token that is no base64 is a bad request',
    `GET ${MAPS}?continue=%25%25`,
    {},
    badRequest('invalid continue token: continue key is not valid: illegal base64 data at input byte 0'),
  ],
  [
    'a continue token that is no JSON is a bad request',
    `GET ${MAPS}?continue=YWJj`,
    {},
    badRequest(
      "invalid continue token: continue key is not valid: invalid character 'a' looking for beginning of value",
    ),
  ],
  [
    'a continue token of an unknown version is a bad request',
    `GET ${MAPS}?continue=eyJ2IjoidjkiLCJydiI6NSwic3RhcnQiOiJhIn0`,
    {},
    badRequest('invalid continue token: continue key is not valid: server does not recognize this encoded version v9'),
  ],
  [
    'a negative revision is a bad request',
    `GET ${MAPS}?resourceVersion=-1`,
    {},
    badRequest(
      'invalid resource version: resourceVersion: Invalid value: "-1": strconv.ParseUint: parsing "-1": invalid syntax',
    ),
  ],
  [
    'resourceVersionMatch is forbidden in a watch',
    `GET ${MAPS}?watch=true&resourceVersion=1&resourceVersionMatch=NotOlderThan`,
    {},
    invalid('ListOptions.meta.k8s.io', '', [
      'resourceVersionMatch',
      'Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    ]),
  ],
  [
    'sendInitialEvents needs resourceVersionMatch',
    `GET ${MAPS}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true`,
    {},
    invalid('ListOptions.meta.k8s.io', '', [
      'resourceVersionMatch',
      'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    ]),
  ],
  [
    'sendInitialEvents does not go with Exact',
    `GET ${MAPS}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersion=1&resourceVersionMatch=Exact`,
    {},
    invalid(
      'ListOptions.meta.k8s.io',
      '',
      ['resourceVersionMatch', 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'],
      ['resourceVersionMatch', 'Unsupported value: "Exact": supported values: "NotOlderThan"'],
    ),
  ],
  [
    'sendInitialEvents is forbidden in a list',
    `GET ${MAPS}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
    {},
    invalid(
      'ListOptions.meta.k8s.io',
      '',
      ['resourceVersionMatch', 'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided'],
      ['sendInitialEvents', 'Forbidden: sendInitialEvents is forbidden for list'],
    ),
  ],
  [
    'a watch from a revision that is no number is a bad request',
    `GET ${MAPS}?watch=true&resourceVersion=latest`,
    {},
    unforeseen('resourceVersion: Invalid value: "latest": strconv.ParseUint: parsing "latest": invalid syntax'),
  ],
  [
    'a watch with a malformed selector is a bad request',
    `GET ${MAPS}?watch=true&labelSelector=a%20in%20b`,
    {},
    badRequest("unable to parse requirement: found 'b' expected: '('"),
  ],
  [
    'a watch by a field that cannot be selected by is a bad request',
    `GET ${MAPS}?watch=true&fieldSelector=data.a%3Db`,
    {},
    badRequest('"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"'),
  ],
  [
    'a deletecollection with a malformed selector is a bad request',
    `DELETE ${MAPS}?labelSelector=a%20in%20b`,
    {},
    badRequest("unable to parse requirement: found 'b' expected: '('"),
  ],
  [
    'a set selector without values is a bad request',
    `GET ${MAPS}?labelSelector=a%20in%20%28`,
    {},
    badRequest("unable to parse requirement: found '', expected: ',', ')' or identifier"),
  ],
  [
    'a number comparison with a word is a bad request',
    `GET ${MAPS}?labelSelector=a%3Eb`,
    {},
    badRequest(
      `unable to parse requirement: values[0]: Invalid value: "b": for 'Gt', 'Lt' operators, the value must be an integer`,
    ),
  ],
  [
    'a bare comma is a bad label selector',
    `GET ${MAPS}?labelSelector=%2C`,
    {},
    badRequest("found ',', expected: !, identifier, or 'end of string'"),
  ],
  [
    'two equals signs too many are a bad label selector',
    `GET ${MAPS}?labelSelector=a%3D%3D%3Db`,
    {},
    badRequest("unable to parse requirement: found '=', expected: identifier"),
  ],
  [
    'a field selector with an operator it does not have is a bad request',
    `GET ${MAPS}?fieldSelector=metadata.name%20in%20%28a%29`,
    {},
    badRequest("invalid selector: 'metadata.name in (a)'; can't understand 'metadata.name in (a)'"),
  ],
];
