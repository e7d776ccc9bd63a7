import type { Artifact, PushedArtifact, RegistryClient } from '../../src/registry/client.ts';
import { parseReference } from '../../src/registry/reference.ts';
import type { OpenCalls } from './open-calls.ts';
import type { SimulatedRegistry } from './simulated-registry.ts';

/** A push as it is sent: the texts of its files, by path. */
export interface SimulatedPush {
  readonly files: ReadonlyMap<string, string>;
  /** Undefined: by its digest alone. */
  readonly tag: string | undefined;
  readonly config: unknown;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Names a push as it is sent, and says what it does once it arrives. */
export type OnPush = (push: SimulatedPush) => {
  readonly effect: string;
  readonly owner: string;
  readonly reach: () => { readonly digest: string; readonly unchanged: boolean };
};

/** The one that the shared source follows. */
const TAG = 'latest';

/** One repository as one process reaches it. */
export function simulatedRegistryClient(
  reference: string,
  registry: SimulatedRegistry,
  calls: OpenCalls,
  onPush: OnPush,
): RegistryClient {
  return {
    reference: parseReference(reference),
    getManifest: () => Promise.resolve(undefined),
    async pushArtifact({ files, tag, config, annotations = {}, mayBeNamed }: Artifact): Promise<PushedArtifact> {
      const texts = new Map(files.map(({ path, read }) => [path as string, textOf(read())]));
      await mayBeNamed;
      const { effect, owner, reach } = onPush({ files: texts, tag, config, annotations });
      return calls.make({
        effect,
        owner,
        dependency: 'registry',
        reach: () => {
          const { digest, unchanged } = reach();
          return { digest, revision: tag === undefined ? digest : `${tag}@${digest}`, unchanged, bytesSent: 1 };
        },
      });
    },
    readConfig: (tagOrDigest) =>
      calls.make({
        effect: 'readConfig',
        owner: 'session',
        dependency: 'registry',
        reach: () => {
          const artifact = tagOrDigest === TAG ? registry.tagged : registry.ofRevision(tagOrDigest);
          return artifact === undefined ? undefined : { digest: artifact.digest, config: artifact.config };
        },
      }),
    warm: () => Promise.resolve(),
    close: () => {},
  };
}

const texts = new WeakMap<Uint8Array, string>();

function textOf(bytes: Uint8Array): string {
  const known = texts.get(bytes);
  if (known !== undefined) return known;
  const text = new TextDecoder().decode(bytes);
  texts.set(bytes, text);
  return text;
}
