import type { KubeObject } from '../kube-object.ts';
import { asFields, asList, asText } from '../object-fields.ts';
import { pathGlob } from './path-glob.ts';

/**
 * Whether an AppProject permits its Applications to read from `url` (`spec.sourceRepos`): one pattern has to match, and none that begins with `!`. A `*`
 * alone is every repository; elsewhere it ends at a slash, and `**` does not.
 */
export function permitsSource(project: KubeObject, url: string): boolean {
  const patterns = asList(asFields(project.spec).sourceRepos).flatMap((pattern) => asText(pattern) ?? []);
  const isNamed = (pattern: string): boolean => matches(pattern.toLowerCase(), url.toLowerCase());
  const refused = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  return patterns.some(isNamed) && !refused.some(isNamed);
}

function matches(pattern: string, url: string): boolean {
  if (pattern === '*') return true;
  return pathGlob(pattern)(url) && (pattern.includes('**') || slashesIn(pattern) === slashesIn(url));
}

function slashesIn(text: string): number {
  return text.split('/').length;
}
