import { createClusterClient } from '../../src/cluster/client.ts';
import { loadKubeconfig } from '../../src/cluster/kubeconfig.ts';
import { startSourceFeeder } from '../../test/control-plane/source-feeder.ts';

const [path = ''] = process.argv.slice(2);
const client = createClusterClient(await loadKubeconfig({ path }));
const feeder = await startSourceFeeder(client);
process.send?.('started');
process.once('disconnect', async () => {
  await feeder.stop();
  client.close();
  process.exit(0);
});
