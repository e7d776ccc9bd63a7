import { isIP } from 'node:net';

/** Names that the tools for local clusters give their contexts. */
const LOCAL_CONTEXT_NAME =
  /^(kind-|k3d-|minikube(-|$)|docker-desktop$|docker-for-desktop$|rancher-desktop$|colima(-|$)|orbstack(-|$))/;
const LOOPBACK_NAMES = /^(localhost|.*\.localhost|host\.docker\.internal|kubernetes\.docker\.internal)$/;
/** Names that only a local network resolves. */
const PRIVATE_NAMES = /^([^.]+|.*\.(local|internal|lan|home\.arpa))$/;

/**
 * Is this a developer's own cluster, which may be changed without asking? Yes for a loopback address, and for a private address or name
 * when the context is also called as a local tool calls it (minikube and Colima use 192.168.x.x). A name alone is not trusted: a
 * context `kind-prod` that points at a public address is not local. (A tunnel to a cluster elsewhere ends on a loopback address
 * too and cannot be told apart; the context is shown at start for that reason.)
 */
export function isLocalCluster(cluster: { readonly contextName: string; readonly server: string }): boolean {
  if (!URL.canParse(cluster.server)) return false;
  const host = new URL(cluster.server).hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isLoopback(host)) return true;
  return LOCAL_CONTEXT_NAME.test(cluster.contextName) && isPrivate(host);
}

function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.') || host === '0.0.0.0';
  if (isIP(host) === 6) return host === '::1' || host === '::' || host.startsWith('::ffff:7f');
  return LOOPBACK_NAMES.test(host);
}

function isPrivate(host: string): boolean {
  if (isIP(host) === 4) return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.)/.test(host);
  if (isIP(host) === 6) return /^(f[cd]|fe[89ab])/.test(host);
  return PRIVATE_NAMES.test(host);
}
