import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { controlPlaneExecutable, kubebuilderAssets } from './executables.ts';
import { freePort } from './free-port.ts';

export interface User {
  readonly name: string;
  readonly groups?: readonly string[];
}

export interface ControlPlaneOptions {
  /** Users beside the administrator, who may do what RBAC objects allow them. */
  readonly users?: readonly User[];
  /** More flags of kube-apiserver. */
  readonly flags?: readonly string[];
}

/** A real kube-apiserver with its etcd: no controllers, no nodes. */
export interface ControlPlane {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  /** The certificate to trust, PEM. */
  readonly certificateAuthority: string;
  /** A bearer token of `system:masters`. */
  readonly token: string;
  /** YAML, for the administrator or for one of `users`. */
  kubeconfig(user?: string): string;
  tokenOf(user: string): string;
  /** Gives a user another token. The server reads its tokens when it starts: the old one is good until then. */
  renewToken(user: string): Promise<void>;
  /** Drops every revision before the current one from etcd. The server's own watch cache goes on: restart it to see 410. */
  compact(): Promise<void>;
  /** Ends the process with SIGKILL, requests under way included. Data and port stay. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and data. */
  start(): Promise<void>;
  /** Resident memory of the process in bytes (of both where etcd is one of its own). */
  residentBytes(): Promise<number>;
  /** What the server logged so far. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

const READY_MS = 60_000;
const ADMIN = 'admin';

/** Starts one and resolves when it is ready for requests. Throws with the end of its log when it ends before. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const directory = await mkdtemp(join(tmpdir(), 'control-plane-'));
  const port = await freePort();
  const users: readonly User[] = [{ name: ADMIN, groups: ['system:masters'] }, ...(options.users ?? [])];
  const tokens = new Map(users.map(({ name }) => [name, newToken()]));
  await writeCredentials(directory, users, tokens);
  const logPath = join(directory, 'log');
  const arguments_ = [...serverFlags(directory, port), ...(options.flags ?? [])];
  const url = `https://127.0.0.1:${port}`;
  let processes: readonly ChildProcess[] = [];
  let etcdUrl = '';
  let certificateAuthority = '';

  async function start(): Promise<void> {
    ({ processes, etcdUrl } = await spawnServers(directory, arguments_, logPath));
    const [server] = processes;
    const giveUpAt = Date.now() + READY_MS;
    while (!(await isReady(url, tokenOf(ADMIN)))) {
      if (server?.exitCode !== null || Date.now() > giveUpAt) {
        const log = await readFile(logPath, 'utf8');
        await end('SIGKILL');
        throw new Error(
          `expected kube-apiserver to be ready within ${READY_MS} ms; the end of its log:\n${log.slice(-2_000)}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    certificateAuthority = await readFile(join(directory, 'certificates', 'apiserver.crt'), 'utf8');
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await Promise.all(
      processes.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, 'exit');
        child.kill(signal);
        await ended;
      }),
    );
  }

  function tokenOf(user: string): string {
    const token = tokens.get(user);
    if (token === undefined) throw new Error(`expected one of ${[...tokens.keys()].join(', ')}, found ${user}`);
    return token;
  }

  await start();
  return {
    url,
    certificateAuthority,
    token: tokenOf(ADMIN),
    tokenOf,
    async renewToken(user) {
      tokenOf(user);
      tokens.set(user, newToken());
      await writeTokens(directory, users, tokens);
    },
    kubeconfig: (user = ADMIN) => kubeconfigOf(url, certificateAuthority, user, tokenOf(user)),
    compact: () => compactEtcd(etcdUrl),
    kill: () => end('SIGKILL'),
    start,
    async residentBytes() {
      const sizes = await Promise.all(processes.map(({ pid }) => residentBytesOf(pid ?? 0)));
      return sizes.reduce((sum, size) => sum + size, 0);
    },
    log: () => readFile(logPath, 'utf8'),
    async stop() {
      // A graceful end waits for open watches; nothing here outlives the test.
      await end('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function serverFlags(directory: string, port: number): readonly string[] {
  return [
    `--cert-dir=${join(directory, 'certificates')}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.0.0.0/24',
    `--service-account-key-file=${join(directory, 'service-account.pub')}`,
    `--service-account-signing-key-file=${join(directory, 'service-account.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--token-auth-file=${join(directory, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--disable-admission-plugins=ServiceAccount',
  ];
}

function newToken(): string {
  return randomBytes(16).toString('hex');
}

async function writeCredentials(
  directory: string,
  users: readonly User[],
  tokens: ReadonlyMap<string, string>,
): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(join(directory, 'service-account.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(join(directory, 'service-account.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeTokens(directory, users, tokens);
}

async function writeTokens(
  directory: string,
  users: readonly User[],
  tokens: ReadonlyMap<string, string>,
): Promise<void> {
  const lines = users.map(({ name, groups = [] }) => `${tokens.get(name)},${name},${name},"${groups.join(',')}"\n`);
  await writeFile(join(directory, 'tokens.csv'), lines.join(''), { mode: 0o600 });
}

async function spawnServers(
  directory: string,
  flags: readonly string[],
  logPath: string,
): Promise<{ readonly processes: readonly ChildProcess[]; readonly etcdUrl: string }> {
  const log = createWriteStream(logPath, { flags: 'a' });
  const dataDirectory = join(directory, 'etcd');
  const assets = kubebuilderAssets();
  if (assets !== undefined) return spawnAssets(assets, dataDirectory, flags, log);
  const child = spawn(controlPlaneExecutable().path, [`--data-dir=${dataDirectory}`, '--', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stderr.pipe(log);
  child.stdout.pipe(log, { end: false });
  const etcdUrl = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (line) => resolve(String(line).trim()));
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`expected the control plane to run, it ended with code ${code}: ${logPath}`)),
    );
  });
  return { processes: [child], etcdUrl };
}

async function spawnAssets(
  assets: string,
  dataDirectory: string,
  flags: readonly string[],
  log: NodeJS.WritableStream,
): Promise<{ readonly processes: readonly ChildProcess[]; readonly etcdUrl: string }> {
  const [client, peer] = [await freePort(), await freePort()].map((port) => `http://127.0.0.1:${port}`);
  const etcdUrl = client ?? '';
  const etcd = spawn(
    join(assets, 'etcd'),
    [
      `--data-dir=${dataDirectory}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      '--unsafe-no-fsync',
      '--log-level=error',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const server = spawn(join(assets, 'kube-apiserver'), [`--etcd-servers=${etcdUrl}`, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [etcd.stdout, etcd.stderr, server.stdout, server.stderr]) stream.pipe(log, { end: false });
  return { processes: [server, etcd], etcdUrl };
}

/** Whether `/readyz` answers 200. The certificate is not known before the server has made it. */
function isReady(url: string, token: string): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { Authorization: `Bearer ${token}` };
    const asked = request(`${url}/readyz`, { headers, rejectUnauthorized: false, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on('error', () => resolve(false)).end();
  });
}

/** Over etcd's JSON gateway. A range read tells the current revision. */
async function compactEtcd(etcdUrl: string): Promise<void> {
  const range = await postJson(`${etcdUrl}/v3/kv/range`, { key: Buffer.from('0').toString('base64') });
  await postJson(`${etcdUrl}/v3/kv/compaction`, { revision: range.header?.revision, physical: true });
}

async function postJson(url: string, body: unknown): Promise<{ readonly header?: { readonly revision?: string } }> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`expected 200 from ${url}, found ${response.status}: ${text}`);
  return JSON.parse(text) as { readonly header?: { readonly revision?: string } };
}

/** From /proc, so 0 where there is none. */
async function residentBytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

function kubeconfigOf(url: string, certificateAuthority: string, user: string, token: string): string {
  const name = 'control-plane';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [
      {
        name,
        cluster: {
          server: url,
          'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64'),
        },
      },
    ],
    users: [{ name: user, user: { token } }],
    contexts: [{ name, context: { cluster: name, user } }],
  });
}
