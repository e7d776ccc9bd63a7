import type { FileTree } from './file-tree.ts';
import type { RelativePath } from './paths.ts';
import { childOf, ROOT } from './paths.ts';
import type { GeneratorDefinition } from './target.ts';

type ArtifactDefinition = GeneratorDefinition['artifacts'][number];

/**
 * The artifacts of a generator. With `spec.pathPattern` (`@alias/apps/{app}`) each directory that matches makes its own set, the
 * captures filled into names (in lower case) and copy rules (as they are).
 */
export function expandedArtifacts(
  generator: GeneratorDefinition,
  source: FileTree,
  aliases: ReadonlySet<string>,
): readonly ArtifactDefinition[] {
  const { pathPattern } = generator;
  if (pathPattern === undefined) return generator.artifacts;
  const [, alias = '', directories = ''] = /^@([^/]+)\/(.+)$/.exec(pathPattern) ?? [];
  if (!aliases.has(alias)) return [];
  const pattern = captureExpression(directories);
  return [...directoriesBelow(source, ROOT)].flatMap((directory) => {
    const captures = pattern.exec(directory)?.groups;
    return captures === undefined ? [] : generator.artifacts.map((artifact) => filledIn(artifact, captures));
  });
}

function captureExpression(pattern: string): RegExp {
  const escaped = pattern
    .split(/(\{[A-Za-z_]\w*\})/)
    .map((part) =>
      /^\{\w+\}$/.test(part) ? `(?<${part.slice(1, -1)}>[^/]+)` : part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'),
    );
  return new RegExp(`^${escaped.join('')}$`);
}

function filledIn(artifact: ArtifactDefinition, captures: Readonly<Record<string, string>>): ArtifactDefinition {
  const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (whole, name: string) => captures[name] ?? whole);
  return {
    name: artifact.name.replace(/\{(\w+)\}/g, (whole, name: string) => captures[name]?.toLowerCase() ?? whole),
    copy: artifact.copy.map((rule) => ({ ...rule, from: fill(rule.from), to: fill(rule.to) })),
  };
}

function* directoriesBelow(tree: FileTree, directory: RelativePath): Generator<RelativePath> {
  for (const entry of tree.list(directory) ?? []) {
    if (entry.kind !== 'directory') continue;
    const child = childOf(directory, entry.name);
    yield child;
    yield* directoriesBelow(tree, child);
  }
}
