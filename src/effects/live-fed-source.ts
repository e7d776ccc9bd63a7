import type { SourceDefinition } from '../domain/target.ts';
import { type FedSource, type FedSourceChoice, pushTarget } from './fed-source.ts';
import type { LiveView } from './live-view.ts';

/**
 * The source found at the start, as the cluster shows it by now: who might not list sources then may do so later, and a source may come to
 * follow another tag. One that is deleted is as it was last.
 */
export function liveFedSource(
  view: Pick<LiveView, 'definitions'>,
  began: FedSource,
  choice: Pick<FedSourceChoice, 'registry' | 'tag'>,
): FedSource {
  let seen: LiveView['definitions'] | undefined;
  let fed = began;

  function now(): FedSource {
    const { definitions } = view;
    if (definitions === seen) return fed;
    seen = definitions;
    const found = definitions.sources.find(({ id }) => id === began.id);
    if (found !== undefined && isKnown(found)) fed = { id: began.id, definition: found, ...pushTarget(found, choice) };
    return fed;
  }

  return {
    id: began.id,
    get definition() {
      return now().definition;
    },
    get push() {
      return now().push;
    },
    get notPushable() {
      return now().notPushable;
    },
  };
}

/** Of one that nothing but its name is known of, a target names it. */
function isKnown({ url, ref }: SourceDefinition): boolean {
  return url !== undefined || ref !== undefined;
}
