import { type ControlPlane, startControlPlane } from '../../control-plane/control-plane.ts';
import { endpointOf } from './endpoint.ts';
import { exchange } from './exchange.ts';
import { grantRights, USERS } from './rights.ts';
import type { ApiSubject } from './subject.ts';
import { openWatch } from './watch.ts';

/** The real kube-apiserver: its rights are RBAC objects. */
export async function controlPlaneSubject(): Promise<ApiSubject> {
  const plane = await startControlPlane({ users: USERS });
  let endpoint = connect(plane);
  let namespaces = 0;
  const subject: ApiSubject = {
    name: 'control-plane',
    request: (method, path, options = {}) => exchange(endpoint, method, path, options),
    watch: (path, options = {}) => openWatch(endpoint, path, options),
    async namespace() {
      const name = `case-${++namespaces}`;
      await subject.request('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
      return name;
    },
    async forgetHistory() {
      await plane.compact();
      await plane.kill();
      endpoint.close();
      await plane.start();
      endpoint = connect(plane);
    },
    async stop() {
      endpoint.close();
      await plane.stop();
    },
  };
  await grantRights(subject);
  return subject;
}

function connect(plane: ControlPlane) {
  return endpointOf(plane.kubeconfig(), (user) => (user === undefined ? plane.token : plane.tokenOf(user)));
}
