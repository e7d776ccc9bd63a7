import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clientOf, connectionTo, failureOf } from './scripted-api.ts';

const installed = spawnSync('openssl', ['version']).status === 0;

/** A CA, a server for the name api.internal, and a client of that CA. */
function certificates() {
  const directory = mkdtempSync(join(tmpdir(), 'tls-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=ca', '-days', '2');
  writeFileSync(join(directory, 'san'), 'subjectAltName=DNS:api.internal');
  for (const name of ['server', 'client']) {
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      `${name}.crt`,
      '-days',
      '2',
      '-extfile',
      'san',
    );
  }
  return (name: string) => readFileSync(join(directory, name), 'utf8');
}

async function startTls() {
  const pem = certificates();
  const options = {
    key: pem('server.key'),
    cert: pem('server.crt'),
    ca: pem('ca.crt'),
    requestCert: true,
    rejectUnauthorized: false,
  };
  const server = https.createServer(options, (request, response) => {
    const { authorized } = request.socket as TLSSocket;
    response.end(
      JSON.stringify({ metadata: { name: 'kube-system', uid: authorized ? 'with-client-certificate' : 'anonymous' } }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { pem, url: `https://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe.skipIf(!installed)('TLS (needs openssl, skipped where it is not installed)', () => {
  it('trusts the CA of the kubeconfig alone, under the name it gives, and shows the client certificate', async () => {
    const { pem, url } = await startTls();
    const trusted = { caData: pem('ca.crt'), tlsServerName: 'api.internal' };
    expect(await clientOf(connectionTo(url, trusted)).clusterUid()).toBe('anonymous');
    const identified = { ...trusted, clientCert: pem('client.crt'), clientKey: pem('client.key') };
    expect(await clientOf(connectionTo(url, identified)).clusterUid()).toBe('with-client-certificate');
    expect(await clientOf(connectionTo(url, { insecureSkipTlsVerify: true })).clusterUid()).toBe('anonymous');
  });

  it('refuses another CA, and another name, as something no retry changes', async () => {
    const { pem, url } = await startTls();
    for (const wrong of [{}, { caData: pem('ca.crt') }]) {
      expect(await failureOf(clientOf(connectionTo(url, wrong)).clusterUid())).toMatchObject({
        kind: 'invalid',
        dependency: 'api-server',
        hint: expect.stringContaining('certificate-authority'),
      });
    }
  });

  it('takes the certificate of an auth provider', async () => {
    const { pem, url } = await startTls();
    const authProvider = async () => ({ headers: {}, clientCert: pem('client.crt'), clientKey: pem('client.key') });
    const connection = connectionTo(url, { caData: pem('ca.crt'), tlsServerName: 'api.internal', authProvider });
    expect(await clientOf(connection).clusterUid()).toBe('with-client-certificate');
  });
});
