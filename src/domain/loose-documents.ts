import type { FileTree } from './file-tree.ts';
import { FileUnreadableError } from './file-tree.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { RelativePath } from './paths.ts';
import { parseYamlDocuments } from './yaml-documents.ts';

/** The YAML documents of a file for a look at what it names; none where it is absent, unreadable, no YAML or damaged. */
export function looseDocuments(tree: FileTree, path: RelativePath): readonly unknown[] {
  const text = looseText(tree, path);
  if (text === undefined || !/\.(ya?ml|json)$|(^|\/)Kustomization$/.test(path)) return [];
  return parseYamlDocuments(text, path, DEFAULT_LIMITS).documents;
}

/** The content of a file as text; undefined where it is absent or cannot be read. */
export function looseText(tree: FileTree, path: RelativePath): string | undefined {
  try {
    const content = tree.read(path);
    return content === undefined ? undefined : new TextDecoder().decode(content);
  } catch (error) {
    if (error instanceof FileUnreadableError) return undefined;
    throw error;
  }
}
