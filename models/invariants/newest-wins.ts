import type { ArtifactAge, Invariant } from './evidence.ts';

export const newestWins: Invariant = {
  name: 'newest-wins',
  promise:
    'Nothing older is applied to a target after something newer was, and nothing older is taken for what is wanted.',
  begin() {
    const applied = new Map<
      string,
      { readonly content: string; readonly artifact: ArtifactAge; readonly version: number }
    >();
    const wanted = new Map<string, number>();
    let resolvedVersion = 0;
    return (evidence) => {
      switch (evidence.type) {
        case 'cluster-changed':
          applied.clear();
          wanted.clear();
          return undefined;
        case 'resolved':
          resolvedVersion = evidence.version;
          return undefined;
        case 'applied': {
          const { target, content, artifact } = evidence;
          const before = applied.get(target);
          const version = Math.max(artifact.version, before?.version ?? 0);
          applied.set(target, { content, artifact, version });
          if (before === undefined || before.content === content || before.version <= artifact.version)
            return undefined;
          return `${target} got the files of version ${artifact.version} after those of version ${before.version}`;
        }
        case 'committed':
          for (const event of evidence.events) {
            if (event.type === 'ReconcileWanted') wanted.set(event.machine.slice('target/'.length), resolvedVersion);
            if (event.type !== 'TargetSettled' || event.outcome !== 'ready') continue;
            const id = String(event.target);
            const has = applied.get(id)?.artifact.version;
            const wants = wanted.get(id);
            if (has !== undefined && wants !== undefined && has < wants)
              return `${id} has the files of version ${has}, and is called reconciled with those of version ${wants}`;
          }
          return undefined;
        default:
          return undefined;
      }
    };
  },
};
