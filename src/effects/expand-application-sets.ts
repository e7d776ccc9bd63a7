import { applicationsOf, generatedFrom } from '../domain/argo/application-set.ts';
import type { FilesOfRepository } from '../domain/argo/application-set-generators.ts';
import type { DefiningObject } from '../domain/definitions-from-objects.ts';
import type { FileTree } from '../domain/file-tree.ts';
import { asFields, asList, asText } from '../domain/object-fields.ts';
import { type RelativePath, ROOT } from '../domain/paths.ts';
import { walkFiles } from '../domain/walk-files.ts';

interface Expanded {
  readonly objects: readonly DefiningObject[];
  /** Sets that only a cluster can expand, and why. */
  readonly problems: readonly { readonly path: RelativePath; readonly message: string }[];
}

/**
 * `objects` with the Applications that the ApplicationSets among them make of this repository: by list and git generators, matrix and merge of these. What a git
 * generator reads is taken for `tree`, where the set's Applications read the same repository. Others need a cluster.
 */
export async function expandApplicationSets(objects: readonly DefiningObject[], tree: FileTree): Promise<Expanded> {
  const problems: Expanded['problems'][number][] = [];
  const filesHere = filesOf(tree);
  const expanded = await Promise.all(
    objects.map(async (defining): Promise<readonly DefiningObject[]> => {
      const { object, definedIn } = defining;
      if (object.kind !== 'ApplicationSet') return [defining];
      try {
        const applications = await applicationsOf(object, filesHere);
        const elsewhere = [...generatedFrom(object)].find((url) => !applications.some((made) => readsFrom(made, url)));
        if (elsewhere !== undefined) throw new Error(`its git generator reads ${elsewhere}, which is elsewhere`);
        return [defining, ...applications.map((made) => ({ ...defining, object: made }))];
      } catch (error) {
        const path = definedIn ?? ROOT;
        const why = error instanceof Error ? error.message : String(error);
        const message = `${path}: the Applications of ApplicationSet ${object.metadata.name} are known to a cluster only: ${why}`;
        problems.push({ path, message });
        return [defining];
      }
    }),
  );
  return { objects: expanded.flat(), problems };
}

function filesOf(tree: FileTree): FilesOfRepository {
  let paths: readonly RelativePath[] | undefined;
  return async () => {
    paths ??= [...walkFiles(tree, ROOT)];
    return { paths, read: (path) => tree.read(path as RelativePath) ?? new Uint8Array() };
  };
}

/** Does the Application read this repository? One that a git generator makes nearly always does. */
function readsFrom({ spec }: DefiningObject['object'], url: string): boolean {
  const { source, sources } = asFields(spec);
  return [source, ...asList(sources)].some((each) => sameRepository(asText(asFields(each).repoURL), url));
}

function sameRepository(left: string | undefined, right: string): boolean {
  const bare = (url: string): string => url.replace(/\.git\/?$|\/$/, '').toLowerCase();
  return left !== undefined && bare(left) === bare(right);
}
