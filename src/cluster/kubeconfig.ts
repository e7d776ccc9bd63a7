import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { FailureError } from '../domain/failure.ts';
import { pluginAuthProvider } from './auth-plugin.ts';
import type { ClusterConnection } from './connection.ts';
import { inClusterConnection } from './in-cluster.ts';
import { readKubeconfigFile } from './kubeconfig-file.ts';
import { type KubeconfigEntry, type MergedKubeconfig, mergeKubeconfigs } from './merged-kubeconfig.ts';

export interface KubeconfigOptions {
  /** `--kubeconfig`: this file and no other. */
  readonly path?: string | undefined;
  /** `--context`; default: the kubeconfig's `current-context`. */
  readonly context?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory?: string;
}

/**
 * Finds and reads the kubeconfig as kubectl does: `path`, else every file of $KUBECONFIG (the first to name a thing wins), else
 * ~/.kube/config, else the service account of the pod. Throws FailureError: `not-found` (no file, unknown context, cluster or user),
 * `invalid` (broken YAML with its position, missing fields, what is not supported).
 */
export async function loadKubeconfig(options: KubeconfigOptions = {}): Promise<ClusterConnection> {
  const env = options.env ?? process.env;
  const files = kubeconfigFiles(options, env);
  if (files.length === 0) {
    const inCluster = options.context === undefined ? inClusterConnection(env) : undefined;
    if (inCluster !== undefined) return inCluster;
    throw new FailureError({
      kind: 'not-found',
      message: `no kubeconfig: ${searchedPlaces(options, env)}`,
      hint: 'Name one with --kubeconfig FILE or $KUBECONFIG, or start a local cluster (kind create cluster).',
    });
  }
  const merged = mergeKubeconfigs(files.map(readKubeconfigFile));
  return connectionOf(merged, options.context);
}

function kubeconfigFiles(options: KubeconfigOptions, env: Readonly<Record<string, string | undefined>>): string[] {
  if (options.path !== undefined) return [options.path];
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (listed.length > 0) return listed.filter((file) => existsSync(file));
  const usual = usualFile(options);
  return existsSync(usual) ? [usual] : [];
}

function usualFile(options: KubeconfigOptions): string {
  return join(options.homeDirectory ?? homedir(), '.kube', 'config');
}

function searchedPlaces(options: KubeconfigOptions, env: Readonly<Record<string, string | undefined>>): string {
  const listed = env.KUBECONFIG;
  return listed ? `$KUBECONFIG names ${listed}, which does not exist` : `${usualFile(options)} does not exist`;
}

function connectionOf(merged: MergedKubeconfig, wanted: string | undefined): ClusterConnection {
  const contextName = wanted ?? merged.currentContext;
  if (contextName === undefined) {
    throw invalid(merged, 'no current-context is set', `Choose one with --context: ${names(merged.contexts)}.`);
  }
  const context = found(merged, 'context', merged.contexts, contextName, '--context');
  const clusterName = context.text('cluster');
  if (clusterName === undefined) throw invalid(merged, `context "${contextName}" names no cluster`);
  const cluster = found(merged, 'cluster', merged.clusters, clusterName, `context "${contextName}"`);
  const userName = context.text('user');
  const user = userName ? found(merged, 'user', merged.users, userName, `context "${contextName}"`) : undefined;
  const caData = cluster.data('certificate-authority');
  const tlsServerName = cluster.text('tls-server-name');
  return {
    contextName,
    server: serverOf(merged, cluster, clusterName),
    namespace: context.text('namespace') ?? 'default',
    configFiles: merged.files,
    ...(caData !== undefined && { caData }),
    ...(tlsServerName !== undefined && { tlsServerName }),
    ...(cluster.flag('insecure-skip-tls-verify') && { insecureSkipTlsVerify: true }),
    ...(user && credentialsOf(merged, user, contextName)),
  };
}

function serverOf(merged: MergedKubeconfig, cluster: KubeconfigEntry, name: string): string {
  const server = cluster.text('server');
  if (server === undefined) throw invalid(merged, `cluster "${name}" has no server`);
  const proxy = cluster.text('proxy-url');
  if (proxy !== undefined) {
    const hint = `Forward a local port to ${server} and name that in a kubeconfig of its own (tls-server-name keeps the certificate valid).`;
    throw invalid(
      merged,
      `cluster "${name}" is reached through proxy-url ${withoutSecrets(proxy)}, which is not supported`,
      hint,
    );
  }
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw invalid(merged, `cluster "${name}": expected server to be an http(s) URL, found "${server}"`);
  }
  return server.replace(/\/+$/, '');
}

function credentialsOf(
  merged: MergedKubeconfig,
  user: KubeconfigEntry,
  contextName: string,
): Partial<ClusterConnection> {
  const clientCert = user.data('client-certificate');
  const clientKey = user.data('client-key');
  const certificate = {
    ...(clientCert !== undefined && { clientCert }),
    ...(clientKey !== undefined && { clientKey }),
  };
  const tokenFile = user.path('tokenFile');
  if (tokenFile !== undefined) return { ...certificate, tokenFile };
  const token = user.text('token');
  if (token !== undefined) return { ...certificate, token };
  const username = user.text('username');
  if (username !== undefined) return { ...certificate, basic: { username, password: user.text('password') ?? '' } };
  if (user.has('exec') || user.has('auth-provider')) {
    return { ...certificate, authProvider: pluginAuthProvider(merged.forContext(contextName), user.name) };
  }
  return certificate;
}

function found(
  merged: MergedKubeconfig,
  what: string,
  entries: ReadonlyMap<string, KubeconfigEntry>,
  name: string,
  askedBy: string,
): KubeconfigEntry {
  const entry = entries.get(name);
  if (entry !== undefined) return entry;
  throw new FailureError({
    kind: 'not-found',
    message: `${merged.files.join(', ')}: ${askedBy} asks for ${what} "${name}", which is not there`,
    hint: `Known ${what}s: ${names(entries)}.`,
  });
}

function names(entries: ReadonlyMap<string, KubeconfigEntry>): string {
  return entries.size === 0 ? 'none' : [...entries.keys()].sort().join(', ');
}

function invalid(merged: MergedKubeconfig, message: string, hint?: string): FailureError {
  return new FailureError({
    kind: 'invalid',
    message: `${merged.files.join(', ')}: ${message}`,
    ...(hint && { hint }),
  });
}

function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
