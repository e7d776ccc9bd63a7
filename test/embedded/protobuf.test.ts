import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject } from '../../src/embedded/json-value.ts';
import { decodeProtobuf, MalformedProtobufError } from '../../src/embedded/protobuf/decode.ts';

/** Field by field, as `protoc` would write it: text, bytes and nested fields with their length, whole numbers as varints. */
type Field = readonly [number: number, value: string | number | Buffer | readonly Field[]];

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

function message(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number') return [varint(number << 3), varint(value)];
      const bytes = typeof value === 'string' ? Buffer.from(value) : Buffer.isBuffer(value) ? value : message(value);
      return [varint((number << 3) | 2), varint(bytes.length), bytes];
    }),
  );
}

function body(apiVersion: string, kind: string, fields: readonly Field[] | Buffer): Buffer {
  const type: Field = [
    1,
    [
      [1, apiVersion],
      [2, kind],
    ],
  ];
  return Buffer.concat([Buffer.from('k8s\0'), message([type, [2, fields], [3, ''], [4, '']])]);
}

const NAMED: Field = [
  1,
  [
    [1, 'web'],
    [2, ''],
  ],
];

describe('a protobuf body becomes the JSON of the API', () => {
  it.each<readonly [what: string, apiVersion: string, kind: string, fields: readonly Field[], json: unknown]>([
    [
      'an empty string that Go sends for "not given" is left out',
      'v1',
      'ConfigMap',
      [NAMED],
      { metadata: { name: 'web' } },
    ],
    [
      'map entries',
      'v1',
      'ConfigMap',
      [
        [
          2,
          [
            [1, 'a'],
            [2, '1'],
          ],
        ],
        [2, [[1, 'b']]],
      ],
      { data: { a: '1', b: '' } },
    ],
    [
      'bytes are base64',
      'v1',
      'Secret',
      [
        [
          2,
          [
            [1, 'a'],
            [2, Buffer.from([0, 255])],
          ],
        ],
      ],
      { data: { a: 'AP8=' } },
    ],
    ['a zero behind a pointer is kept', 'apps/v1', 'Deployment', [[2, [[1, 0]]]], { spec: { replicas: 0 } }],
    ['a false behind a pointer is kept', 'v1', 'Secret', [[5, 0]], { immutable: false }],
    [
      'a zero that is none is left out',
      'apps/v1',
      'Deployment',
      [
        [
          2,
          [
            [5, 0],
            [7, 0],
          ],
        ],
      ],
      { spec: {} },
    ],
    ['negative numbers', 'scheduling.k8s.io/v1', 'PriorityClass', [[2, -5]], { value: -5 }],
    [
      'times',
      'v1',
      'ConfigMap',
      [[1, [[8, [[1, 1_700_000_000]]]]]],
      { metadata: { creationTimestamp: '2023-11-14T22:13:20Z' } },
    ],
    ['the zero time is none', 'v1', 'ConfigMap', [[1, [[8, []]]]], { metadata: {} }],
    [
      'times with microseconds',
      'coordination.k8s.io/v1',
      'Lease',
      [
        [
          2,
          [
            [1, 'me'],
            [
              4,
              [
                [1, 1_700_000_000],
                [2, 1_234_000],
              ],
            ],
          ],
        ],
      ],
      { spec: { holderIdentity: 'me', renewTime: '2023-11-14T22:13:20.001234Z' } },
    ],
    [
      'quantities',
      'v1',
      'ResourceQuota',
      [
        [
          2,
          [
            [
              1,
              [
                [1, 'cpu'],
                [2, [[1, '500m']]],
              ],
            ],
          ],
        ],
      ],
      { spec: { hard: { cpu: '500m' } } },
    ],
    [
      'a number or a text',
      'policy/v1',
      'PodDisruptionBudget',
      [
        [
          2,
          [
            [
              1,
              [
                [1, 1],
                [2, 0],
                [3, '50%'],
              ],
            ],
            [
              3,
              [
                [1, 0],
                [2, 1],
                [3, ''],
              ],
            ],
          ],
        ],
      ],
      { spec: { minAvailable: '50%', maxUnavailable: 1 } },
    ],
    [
      'what is inlined in JSON',
      'v1',
      'Pod',
      [
        [
          2,
          [
            [
              1,
              [
                [1, 'tmp'],
                [2, [[2, []]]],
              ],
            ],
          ],
        ],
      ],
      { spec: { volumes: [{ name: 'tmp', emptyDir: {} }] } },
    ],
    [
      'a field of a newer version is passed over',
      'v1',
      'ConfigMap',
      [NAMED, [99, 'x'], [98, 7]],
      { metadata: { name: 'web' } },
    ],
    [
      'a key named like nothing else',
      'v1',
      'ConfigMap',
      [
        [
          2,
          [
            [1, '__proto__'],
            [2, 'x'],
          ],
        ],
      ],
      JSON.parse('{"data":{"__proto__":"x"}}'),
    ],
    [
      'options carry the apiVersion of the request',
      'apps/v1',
      'DeleteOptions',
      [
        [1, 0],
        [4, 'Foreground'],
        [2, [[1, 'u']]],
      ],
      { gracePeriodSeconds: 0, propagationPolicy: 'Foreground', preconditions: { uid: 'u' } },
    ],
    [
      'alternatives of a schema',
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      [
        [
          2,
          [
            [
              7,
              [
                [1, 'v1'],
                [2, 1],
                [3, 0],
                [
                  4,
                  [
                    [
                      1,
                      [
                        [5, 'object'],
                        [
                          30,
                          [
                            [1, 1],
                            [2, [[5, 'string']]],
                          ],
                        ],
                      ],
                    ],
                  ],
                ],
              ],
            ],
          ],
        ],
      ],
      {
        spec: {
          versions: [
            {
              name: 'v1',
              served: true,
              storage: false,
              schema: { openAPIV3Schema: { type: 'object', additionalProperties: { type: 'string' } } },
            },
          ],
        },
      },
    ],
  ])('%s', (_what, apiVersion, kind, fields, json) => {
    expect(decodeProtobuf(body(apiVersion, kind, fields))).toEqual({ apiVersion, kind, ...(json as object) });
  });

  it('another format and a kind that is not known are told apart from a broken body', () => {
    expect(decodeProtobuf(Buffer.from('{"kind":"Pod"}'))).toBeUndefined();
    expect(decodeProtobuf(body('example.com/v1', 'Row', [NAMED]))).toBeUndefined();
    const whole = body('v1', 'ConfigMap', [NAMED]);
    expect(() => decodeProtobuf(whole.subarray(0, -6))).toThrow(MalformedProtobufError);
    expect(() => decodeProtobuf(body('v1', 'ConfigMap', Buffer.from([0x0b])))).toThrow(MalformedProtobufError);
  });
});

const COMMANDS = [
  'create namespace shop',
  'create configmap settings --from-literal=a=1 --from-literal=b=',
  'create secret generic access --from-literal=password=x --type=Opaque',
  'create secret docker-registry pull --docker-username=u --docker-password=p --docker-server=h',
  'create deployment web --image=nginx --replicas=0 --port=80',
  'create job once --image=busybox -- date',
  'create cronjob tick --image=busybox --schedule=@daily -- date',
  'create serviceaccount robot',
  'create rolebinding rb --role=reader --serviceaccount=default:robot --user=u --group=g',
  'create clusterrolebinding crb --clusterrole=reader --user=u',
  'create clusterrole cr --verb=get --non-resource-url=/healthz',
  'create quota q --hard=pods=2,cpu=500m,memory=1Gi',
  'create poddisruptionbudget p --selector=app=a --min-available=50%',
  'create priorityclass pc --value=1000',
  'create ingress ing --class=nginx --rule=a.example/x=svc:80,tls=t',
  'create service clusterip svc --tcp=80:http',
  'create service nodeport np --tcp=80:8080 --node-port=30080',
  'create service externalname en --external-name=a.example',
];

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

describe.skipIf(!hasKubectl)('what kubectl sends is what it shows with --dry-run=client', () => {
  const home = mkdtempSync(join(tmpdir(), 'kubectl-home-'));
  const received: { readonly type: string; readonly body: Buffer }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const type = request.headers['content-type'];
    if (type !== undefined) received.push({ type, body: Buffer.concat(chunks) });
    response.writeHead(503).end();
  });
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(home, { recursive: true, force: true });
  });

  async function kubectl(command: string, ...flags: readonly string[]): Promise<string> {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const [words = '', containerCommand] = command.split(' -- ');
    const rest = containerCommand === undefined ? [] : ['--', containerCommand];
    const arguments_ = [...words.split(' '), `--server=http://127.0.0.1:${port}`, ...flags, ...rest];
    const child = spawn('kubectl', arguments_, { env: { ...process.env, HOME: home, KUBECONFIG: '/dev/null' } });
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    await once(child, 'close');
    return printed;
  }

  it.each(COMMANDS)('kubectl %s', async (command) => {
    received.length = 0;
    const shown: unknown = JSON.parse(await kubectl(command, '--dry-run=client', '-o=json'));
    await kubectl(command);
    const [first] = received;
    expect(first?.type).toBe('application/vnd.kubernetes.protobuf');
    expect(decodeProtobuf(first?.body ?? Buffer.alloc(0))).toEqual(withoutNull(shown));
  });
});

/** Go writes times and lists that are not there as null. */
function withoutNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNull);
  if (!isJsonObject(value)) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutNull(field)]));
}
