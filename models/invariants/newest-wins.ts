import type { ArtifactAge, Invariant, LoggedEvent } from './evidence.ts';

export const newestWins: Invariant = {
  name: 'newest-wins',
  promise:
    'Nothing older is applied to a target after something newer was, and nothing older is taken for what is wanted.',
  begin() {
    const applied = new Map<
      string,
      { readonly content: string; readonly artifact: ArtifactAge; readonly version: number }
    >();
    /** The digest wanted last, and the state of the disk it was first wanted of. */
    const wanted = new Map<string, { readonly digest: unknown; readonly version: number }>();
    /** Somebody else pointed it at what may be older, and the session has not brought it to what is newest since. */
    const putBack = new Map<string, 'back' | 'again'>();
    /** By digest: what was pushed for single targets. It is not pushed again when it is wanted again, and two that share a path share it. */
    const closures = new Map<unknown, Set<string>>();
    let resolvedVersion = 0;

    function want({ machine, digest }: LoggedEvent): void {
      const id = machine.slice('target/'.length);
      // The same files, looked at once more, are no older.
      if (wanted.get(id)?.digest !== digest) wanted.set(id, { digest, version: resolvedVersion });
    }

    /** The very content that is wanted is no older than that, however long ago it was pushed. */
    function hasWanted(id: string): boolean {
      const has = applied.get(id)?.content;
      return has !== undefined && closures.get(wanted.get(id)?.digest)?.has(has) === true;
    }

    return (evidence) => {
      switch (evidence.type) {
        case 'cluster-changed':
          applied.clear();
          wanted.clear();
          return undefined;
        case 'moved':
          if (evidence.by === 'others') putBack.set(evidence.target, 'back');
          else if (putBack.has(evidence.target)) putBack.set(evidence.target, 'again');
          return undefined;
        case 'closure-pushed': {
          const { digest, content } = evidence;
          if (content !== undefined) closures.set(digest, (closures.get(digest) ?? new Set()).add(content));
          return undefined;
        }
        case 'resolved':
          resolvedVersion = evidence.version;
          return undefined;
        case 'applied': {
          const { target, content, artifact } = evidence;
          const before = applied.get(target);
          const version = Math.max(artifact.version, before?.version ?? 0);
          const mayBeOlder = putBack.has(target);
          if (putBack.get(target) === 'again' && version === artifact.version) putBack.delete(target);
          applied.set(target, { content, artifact, version });
          if (mayBeOlder || before === undefined || before.content === content || before.version <= artifact.version)
            return undefined;
          if (hasWanted(target)) return undefined;
          return `${target} got the files of version ${artifact.version} after those of version ${before.version}`;
        }
        case 'committed':
          for (const event of evidence.events) {
            if (event.type !== 'TargetSettled' || event.outcome !== 'ready') continue;
            const id = String(event.target);
            // That is about what it had before somebody pointed it elsewhere.
            if (putBack.has(id) || hasWanted(id)) continue;
            const has = applied.get(id)?.artifact.version;
            const wants = wanted.get(id)?.version;
            if (has !== undefined && wants !== undefined && has < wants)
              return `${id} has the files of version ${has}, and is called reconciled with those of version ${wants}`;
          }
          // After the answers: one that is logged beside a newer want is about the older one.
          for (const event of evidence.events) if (event.type === 'ReconcileWanted') want(event);
          return undefined;
        default:
          return undefined;
      }
    };
  },
};
