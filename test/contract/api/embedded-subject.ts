import { type ClusterOptions, startCluster } from '../../../src/embedded/testing.ts';
import { endpointOf } from './endpoint.ts';
import { exchange } from './exchange.ts';
import { grantRights, READER, READER_RULES, STRANGER, USERS } from './rights.ts';
import type { ApiSubject } from './subject.ts';
import { openWatch } from './watch.ts';

/** The embedded API server, its rights from RBAC objects. */
export async function embeddedSubject(): Promise<ApiSubject> {
  const subject = await start({ users: USERS, authorization: 'rbac' });
  await grantRights(subject);
  return subject;
}

/** The embedded API server, its rights from options. */
export function embeddedSubjectWithRules(): Promise<ApiSubject> {
  const users = [
    { name: READER, groups: ['readers'], allow: READER_RULES },
    { name: STRANGER, allow: [] },
  ];
  return start({ users });
}

async function start(options: ClusterOptions): Promise<ApiSubject> {
  // Without controllers, as the real one in these tests is.
  const cluster = await startCluster({ ...options, controllers: false });
  const connect = () =>
    endpointOf(cluster.kubeconfig, (user) => (user === undefined ? cluster.token : cluster.tokenFor(user)));
  let endpoint = connect();
  let namespaces = 0;
  const subject: ApiSubject = {
    name: 'embedded',
    request: (method, path, request = {}) => exchange(endpoint, method, path, request),
    watch: (path, request = {}) => openWatch(endpoint, path, request),
    async namespace() {
      const name = `case-${++namespaces}`;
      await subject.request('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
      return name;
    },
    async forgetHistory() {
      endpoint.close();
      await cluster.restart({ loseHistory: true });
      endpoint = connect();
    },
    async stop() {
      endpoint.close();
      await cluster.stop();
    },
  };
  return subject;
}
