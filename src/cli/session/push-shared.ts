import { FailureError } from '../../domain/failure.ts';
import type { RelativePath } from '../../domain/paths.ts';
import type { ObjectId } from '../../domain/target.ts';
import type { FedSource } from '../../effects/fed-source.ts';
import { mayBePushed } from '../../effects/planned-routes.ts';
import { artifactConfig, ResolvedContents } from '../../effects/push-artifact.ts';
import type { Workspace } from '../../effects/workspace.ts';
import type { RegistryClient } from '../../registry/client.ts';

/** Pushes the shared artifact as the files are now, or tells why that cannot be. Rejects with FailureError. */
export async function pushShared(options: {
  readonly workspace: Workspace;
  /** Paths that differ from what is known. */
  readonly sweep: () => Promise<readonly RelativePath[]>;
  /** What each target has: one that makes nothing now and made something would lose it all. */
  readonly known: Readonly<Record<ObjectId, string | undefined>>;
  readonly fed: FedSource;
  readonly registry: RegistryClient | undefined;
}): Promise<{ readonly digest: string } | { readonly not: string }> {
  const { workspace, fed, registry } = options;
  if (fed.push === undefined || registry === undefined)
    return { not: fed.notPushable ?? 'it cannot be pushed from here' };
  const resolution = workspace.resolve({ changed: await options.sweep(), known: options.known });
  if (!mayBePushed(resolution)) {
    const why = resolution.pruneRisk ?? resolution.held[0]?.problem.message ?? '';
    return { not: `nothing is pushed to ${fed.id}: ${why}` };
  }
  const read = new ResolvedContents().read(workspace.filesToPush());
  if ('unreadable' in read) throw new FailureError({ kind: 'disk', message: read.unreadable.message });
  if ('moved' in read)
    return { not: `nothing is pushed to ${fed.id}, since ${read.moved.join(', ')} changes meanwhile` };
  const config = artifactConfig(resolution.contentDigest, workspace.digests(), workspace.builds());
  return registry.pushArtifact({ files: read.contents, tag: fed.push.tag, config });
}
