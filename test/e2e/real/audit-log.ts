import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A request as kube-apiserver's audit log has it. */
export interface AuditedRequest {
  readonly user: string;
  /** `get`, `list`, `watch`, `patch`, … */
  readonly verb: string;
  /** `kustomizations`, empty for discovery and the like. */
  readonly resource: string;
  readonly namespace: string;
  /** Empty for a collection. */
  readonly name: string;
  readonly code: number;
  /** What a patch sends. */
  readonly body: unknown;
}

interface AuditLine {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource?: string; readonly namespace?: string; readonly name?: string };
  readonly responseStatus?: { readonly code?: number };
  readonly requestObject?: unknown;
}

export interface AuditLog {
  /** Flags of kube-apiserver that have it write the log. */
  readonly flags: readonly string[];
  /** Every request of the audited users that has been answered so far; a watch counts as answered when it ends. */
  requests(): Promise<readonly AuditedRequest[]>;
}

/** An audit log of what these users ask, in `directory`. The server writes a line before it sends the answer. */
export async function auditLog(directory: string, users: readonly string[]): Promise<AuditLog> {
  const policy = join(directory, 'audit-policy.json');
  const log = join(directory, 'audit.log');
  const rules = [{ level: 'Request', users }, { level: 'None' }];
  const omitStages = ['RequestReceived', 'ResponseStarted'];
  await writeFile(policy, JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages, rules }));
  return {
    flags: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`],
    async requests() {
      const lines = (await readFile(log, 'utf8').catch(() => '')).split('\n');
      // The last line may be half-written: the server may have been killed.
      return lines.flatMap((line) => (line.endsWith('}') ? [requestOf(JSON.parse(line) as AuditLine)] : []));
    },
  };
}

function requestOf({ user, verb, objectRef, responseStatus, requestObject }: AuditLine): AuditedRequest {
  return {
    user: user.username,
    verb,
    resource: objectRef?.resource ?? '',
    namespace: objectRef?.namespace ?? '',
    name: objectRef?.name ?? '',
    code: responseStatus?.code ?? 0,
    body: requestObject,
  };
}
