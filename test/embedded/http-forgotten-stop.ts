import { get } from 'node:https';
import { startCluster, startRegistry } from '../../src/embedded/testing.ts';

// A program that uses a cluster and a registry, leaves a watch open, and stops neither.
const cluster = await startCluster();
await startRegistry();
const headers = { authorization: `Bearer ${cluster.token}` };
const ca = cluster.certificateAuthority;
const watch = get(`${cluster.url}/api/v1/configmaps?watch=1`, { headers, ...(ca === undefined ? {} : { ca }) });
watch.on('response', (response) => {
  response.resume();
  response.socket.unref();
});
