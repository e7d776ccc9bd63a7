import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { isTransient } from '../../src/domain/attempts.ts';
import { FailureError } from '../../src/domain/failure.ts';
import { createRegistryClient } from '../../src/registry/client.ts';

it('a registry that redirects without end has failed in a way that may pass', async () => {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    response.writeHead(307, { location: request.url }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const client = createRegistryClient({ reference: `oci://127.0.0.1:${port}/apps`, credentials: 'anonymous' });
  onTestFinished(() => client.close());
  const error = await client.getManifest('dev').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(FailureError);
  expect(error instanceof FailureError && isTransient(error.failure)).toBe(true);
  expect(requests).toBe(6);
});
