import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRegistry } from '../../../src/embedded/testing.ts';
import { freePort } from '../../control-plane/free-port.ts';
import type { RegistrySubject } from './subject.ts';

/** bcrypt of "secret" for the user "dev", as htpasswd -B makes it. */
const HTPASSWD = 'dev:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n';

export const dockerRegistryInstalled = spawnSync('docker-registry', ['--version']).status === 0;

export async function embeddedRegistry(): Promise<RegistrySubject> {
  return subjectOf('embedded', [
    await startRegistry(),
    await startRegistry({ credentials: { username: 'dev', password: 'secret' } }),
    await startRegistry({ readOnly: true }),
  ]);
}

export async function dockerRegistry(): Promise<RegistrySubject> {
  return subjectOf('docker-registry', [
    await startDockerRegistry(),
    await startDockerRegistry('auth'),
    await startDockerRegistry('read-only'),
  ]);
}

interface StartedRegistry {
  readonly host: string;
  stop(): Promise<void>;
}

function subjectOf(
  name: RegistrySubject['name'],
  [open, locked, readOnly]: readonly [StartedRegistry, StartedRegistry, StartedRegistry],
): RegistrySubject {
  return {
    name,
    host: open.host,
    lockedHost: locked.host,
    readOnlyHost: readOnly.host,
    async stop() {
      await Promise.all([open.stop(), locked.stop(), readOnly.stop()]);
    },
  };
}

/** A real registry with a storage of its own; `storage`: an empty directory for it. */
export async function startDockerRegistry(
  kind: 'open' | 'auth' | 'read-only' = 'open',
  storage?: string,
): Promise<StartedRegistry> {
  const directory = mkdtempSync(join(tmpdir(), 'registry-'));
  const host = `127.0.0.1:${await freePort()}`;
  writeFileSync(join(directory, 'htpasswd'), HTPASSWD);
  const maintenance = kind === 'read-only' ? ', maintenance: {readonly: {enabled: true}}' : '';
  const lines = [
    'version: 0.1',
    'log: {level: error}',
    `storage: {filesystem: {rootdirectory: ${storage ?? `${directory}/data`}}, delete: {enabled: true}${maintenance}}`,
    `http: {addr: "${host}"}`,
    ...(kind === 'auth' ? [`auth: {htpasswd: {realm: test, path: ${directory}/htpasswd}}`] : []),
  ];
  writeFileSync(join(directory, 'config.yml'), `${lines.join('\n')}\n`);
  const child = spawn('docker-registry', ['serve', join(directory, 'config.yml')], { stdio: 'ignore' });
  const isUp = (): Promise<boolean> =>
    fetch(`http://${host}/v2/`).then(
      () => true,
      () => false,
    );
  while (!(await isUp())) {
    if (child.exitCode !== null) throw new Error(`docker-registry ended with code ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    host,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
