import { parseAllDocuments } from 'yaml';
import type { FileTree } from './file-tree.ts';
import { FileUnreadableError } from './file-tree.ts';
import type { RelativePath } from './paths.ts';

/** The YAML documents of a file for a look at what it names; none where it is absent, unreadable, no YAML or damaged. */
export function looseDocuments(tree: FileTree, path: RelativePath): readonly unknown[] {
  const text = looseText(tree, path);
  if (text === undefined || !/\.(ya?ml|json)$|(^|\/)Kustomization$/.test(path)) return [];
  try {
    return parseAllDocuments(text, { logLevel: 'silent' }).map((document) => document.toJS({ maxAliasCount: 100 }));
  } catch {
    return [];
  }
}

export function looseText(tree: FileTree, path: RelativePath): string | undefined {
  try {
    const content = tree.read(path);
    return content === undefined ? undefined : new TextDecoder().decode(content);
  } catch (error) {
    if (error instanceof FileUnreadableError) return undefined;
    throw error;
  }
}
