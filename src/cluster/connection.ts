/** How to reach one cluster as one user: everything a request needs, and nothing of the kubeconfig besides. */
export interface ClusterConnection {
  readonly contextName: string;
  /** Origin and optional path prefix, e.g. `https://127.0.0.1:6443`; no trailing slash. */
  readonly server: string;
  /** The context's namespace, `default` where it names none. */
  readonly namespace: string;
  /** The kubeconfig files it comes from, for messages. */
  readonly configFiles: readonly string[];
  /** PEM. */
  readonly caData?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly tlsServerName?: string;
  /** PEM. */
  readonly clientCert?: string;
  /** PEM. */
  readonly clientKey?: string;
  readonly token?: string;
  /** Re-read from time to time: projected tokens rotate. Wins over `token`. */
  readonly tokenFile?: string;
  readonly basic?: { readonly username: string; readonly password: string };
  /** Exec plugin or OIDC: asked before a request, its answer kept for a while. */
  readonly authProvider?: AuthProvider;
}

export interface RequestAuth {
  readonly headers: Readonly<Record<string, string>>;
  /** PEM. */
  readonly clientCert?: string;
  /** PEM. */
  readonly clientKey?: string;
}

export type AuthProvider = () => Promise<RequestAuth>;
