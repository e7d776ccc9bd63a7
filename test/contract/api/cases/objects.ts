import { expect } from 'vitest';
import type { Contract } from '../contract.ts';
import { configMap, deployment, pod, secret } from '../objects.ts';
import { invalid, notFound } from '../refusal.ts';

const CORE = '/api/v1/namespaces/{ns}';
const MAPS = `${CORE}/configmaps`;
const DEPLOYMENTS = '/apis/apps/v1/namespaces/{ns}/deployments';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases';
const ROLES = '/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles';
const MUST_BE_SPECIFIED = 'Invalid value: 0: must be specified for an update';
const UID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Making, reading, replacing and listing objects. */
export function describeObjects(contract: Contract): void {
  contract.case('a new object has what the server adds to it', async (api) => {
    const answer = await api.post(MAPS, configMap('a', { k: 'v' }));
    expect(answer.status).toBe(201);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.object).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: {
        name: 'a',
        namespace: api.ns,
        uid: expect.stringMatching(UID),
        resourceVersion: expect.stringMatching(/^\d+$/),
        creationTimestamp: expect.stringMatching(TIME),
        managedFields: [
          {
            manager: 'unknown',
            operation: 'Update',
            apiVersion: 'v1',
            // Taken a moment before the time of creation, which may be in the next second.
            time: expect.stringMatching(TIME),
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': { '.': {}, 'f:k': {} } },
          },
        ],
      },
      data: { k: 'v' },
    });
  });

  contract.case('an object is read as it was written', async (api) => {
    expect(await api.created(MAPS, configMap('a', { k: 'v' }))).toEqual(await api.read(`${MAPS}/a`));
  });

  contract.case('a generated name is the prefix and five letters or digits', async (api) => {
    const made = await api.created(MAPS, { metadata: { generateName: 'made-' } });
    expect(made.metadata.name).toMatch(/^made-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(made.metadata.generateName).toBe('made-');
  });

  contract.case('a name goes before a generated one', async (api) => {
    const made = await api.created(MAPS, { metadata: { name: 'a', generateName: 'made-' } });
    expect(made.metadata.name).toBe('a');
  });

  contract.case('a long prefix of a generated name is cut to 58 characters', async (api) => {
    const made = await api.created(MAPS, { metadata: { generateName: 'n'.repeat(100) } });
    expect(made.metadata.name).toHaveLength(63);
  });

  contract.case('what the server sets is not taken from a new object', async (api) => {
    const given = { uid: 'mine', creationTimestamp: '2001-01-01T00:00:00Z', generation: 7, selfLink: '/a' };
    const made = await api.created(DEPLOYMENTS, { ...deployment('a', {}, given), status: { replicas: 3 } });
    expect(made.metadata.uid).toMatch(UID);
    expect(made.metadata.creationTimestamp).not.toContain('2001');
    expect(made.metadata.generation).toBe(1);
    expect(made.status).toEqual({});
  });

  contract.case('a deletionTimestamp of a new object is dropped', async (api) => {
    const made = await api.created(MAPS, configMap('a', {}, { deletionTimestamp: '2001-01-01T00:00:00Z' }));
    expect(made.metadata.deletionTimestamp).toBeUndefined();
  });

  contract.case('a replacement changes the resourceVersion and keeps the identity', async (api) => {
    const before = await api.created(MAPS, configMap('a', { k: 'v' }));
    const answer = await api.put(`${MAPS}/a`, configMap('a', { k: 'w' }));
    expect(answer.status).toBe(200);
    expect(answer.object.data).toEqual({ k: 'w' });
    expect(answer.object.metadata.uid).toBe(before.metadata.uid);
    expect(answer.object.metadata.creationTimestamp).toBe(before.metadata.creationTimestamp);
    expect(Number(answer.object.metadata.resourceVersion)).toBeGreaterThan(Number(before.metadata.resourceVersion));
  });

  contract.case('a replacement with the current resourceVersion is taken', async (api) => {
    const before = await api.created(MAPS, configMap('a'));
    const answer = await api.put(`${MAPS}/a`, { ...before, data: { k: 'v' } });
    expect(answer.status).toBe(200);
  });

  contract.case('what a replacement leaves out is gone', async (api) => {
    await api.created(MAPS, configMap('a', { k: 'v' }, { labels: { l: 'v' }, annotations: { n: 'v' } }));
    const { object } = await api.put(`${MAPS}/a`, configMap('a'));
    expect(object.data).toBeUndefined();
    expect(object.metadata.labels).toBeUndefined();
    expect(object.metadata.annotations).toBeUndefined();
  });

  contract.case('a replacement by the same changes nothing', async (api) => {
    const before = await api.created(MAPS, configMap('a', { k: 'v' }));
    const answer = await api.put(`${MAPS}/a`, configMap('a', { k: 'v' }));
    expect(answer.object.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  contract.case('an object of an older state can be replaced when it says no resourceVersion', async (api) => {
    await api.created(MAPS, configMap('a', { k: 'v' }));
    await api.put(`${MAPS}/a`, configMap('a', { k: 'w' }));
    expect((await api.put(`${MAPS}/a`, configMap('a', { k: 'x' }))).status).toBe(200);
  });

  contract.case('resourceVersions of all kinds count on one line', async (api) => {
    const first = await api.created(MAPS, configMap('a'));
    const second = await api.created(`${CORE}/secrets`, secret('a'));
    const third = await api.created(MAPS, configMap('b'));
    const versions = [first, second, third].map(({ metadata }) => Number(metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
  });

  contract.case('a Secret keeps stringData as data and is Opaque', async (api) => {
    const made = await api.created(
      `${CORE}/secrets`,
      secret('a', { data: { a: 'MQ==', b: 'MQ==' }, stringData: { b: '2' } }),
    );
    expect(made.data).toEqual({ a: 'MQ==', b: 'Mg==' });
    expect(made.stringData).toBeUndefined();
    expect(made.type).toBe('Opaque');
  });

  contract.case('stringData is merged into the data of a Secret on patch', async (api) => {
    await api.created(`${CORE}/secrets`, secret('a', { data: { a: 'MQ==' } }));
    const patched = await api.patch(`${CORE}/secrets/a`, 'application/merge-patch+json', { stringData: { b: '2' } });
    expect(patched.object.data).toEqual({ a: 'MQ==', b: 'Mg==' });
  });

  contract.case(
    'a Lease is made by replacing what is not there, and replaced with its resourceVersion only',
    async (api) => {
      const answer = await api.put(`${LEASES}/a`, { metadata: { name: 'a' }, spec: { holderIdentity: 'h' } });
      expect(answer.status).toBe(201);
      api.expectRefusal(
        await api.put(`${LEASES}/a`, { metadata: { name: 'a' } }),
        invalid('leases.coordination.k8s.io', 'a', ['metadata.resourceVersion', MUST_BE_SPECIFIED]),
      );
    },
  );

  contract.case('a Role is made by replacing what is not there', async (api) => {
    expect((await api.put(`${ROLES}/a:b`, { metadata: { name: 'a:b' }, rules: [] })).status).toBe(201);
  });

  contract.case('an Event is made with its object', async (api) => {
    const involvedObject = { kind: 'Pod', namespace: '{ns}', name: 'p' };
    const made = await api.created(`${CORE}/events`, {
      metadata: { name: 'a' },
      involvedObject,
      reason: 'Tested',
      type: 'Normal',
    });
    expect(made).toMatchObject({ kind: 'Event', involvedObject: { kind: 'Pod' }, reason: 'Tested', type: 'Normal' });
  });

  contract.case('a ServiceAccount is a plain object', async (api) => {
    const made = await api.created(`${CORE}/serviceaccounts`, { metadata: { name: 'a' } });
    expect(made.kind).toBe('ServiceAccount');
    expect(made.metadata.generation).toBeUndefined();
  });

  contract.case('a claim is Pending', async (api) => {
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    const made = await api.created(`${CORE}/persistentvolumeclaims`, { metadata: { name: 'a' }, spec });
    expect(made).toMatchObject({ spec: { ...spec, volumeMode: 'Filesystem' }, status: { phase: 'Pending' } });
    expect(made.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
  });

  contract.case('a Pod is Pending and gets its defaults', async (api) => {
    const made = await api.created(`${CORE}/pods`, pod('a'));
    expect(made.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
    expect(made.spec).toMatchObject({
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
      containers: [
        { name: 'app', imagePullPolicy: 'IfNotPresent', terminationMessagePath: '/dev/termination-log', resources: {} },
      ],
    });
  });

  contract.case('an image without a tag is always pulled', async (api) => {
    const made = await api.created(`${CORE}/pods`, pod('a', {}, { containers: [{ name: 'c', image: 'i' }] }));
    expect(made.spec).toMatchObject({ containers: [{ imagePullPolicy: 'Always' }] });
  });

  contract.case('a Deployment gets its defaults', async (api) => {
    const made = await api.created(DEPLOYMENTS, deployment('a'));
    expect(made.spec).toMatchObject({
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
      template: { spec: { restartPolicy: 'Always', securityContext: {} } },
    });
  });

  contract.case('a namespace is Active and carries its name as a label', async (api) => {
    const object = await api.read('/api/v1/namespaces/{ns}');
    expect(object.status).toEqual({ phase: 'Active' });
    expect(object.spec).toEqual({ finalizers: ['kubernetes'] });
    expect(object.metadata.labels).toEqual({ 'kubernetes.io/metadata.name': api.ns });
  });

  contract.case('a namespace of a new cluster is there', async (api) => {
    for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease'])
      expect((await api.read(`/api/v1/namespaces/${name}`)).metadata.name).toBe(name);
  });

  contract.case('an object belongs to its namespace', async (api) => {
    await api.created(MAPS, configMap('a'));
    api.expectRefusal(await api.get('/api/v1/namespaces/default/configmaps/a'), notFound('configmaps', 'a'));
  });

  contract.case('an object is made from YAML', async (api) => {
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: "1"\n';
    const answer = await api.post(MAPS, body, { contentType: 'application/yaml' });
    expect(answer.status).toBe(201);
    expect(answer.object.data).toEqual({ k: '1' });
  });

  contract.case('an object is given as YAML to who asks for it', async (api) => {
    await api.created(MAPS, configMap('a', { k: 'v' }));
    const answer = await api.get(`${MAPS}/a`, { headers: { Accept: 'application/yaml' } });
    expect(answer.headers['content-type']).toBe('application/yaml');
    expect(answer.text).toMatch(/^apiVersion: v1\ndata:\n {2}k: v\nkind: ConfigMap\nmetadata:\n/);
  });

  contract.case('a body without a content type is taken as JSON', async (api) => {
    expect((await api.post(MAPS, JSON.stringify(configMap('a')), { contentType: '' })).status).toBe(201);
  });
}
