import type { ObjectStore } from '../store/object-store.ts';
import type { ResourcePath } from './api-path.ts';
import { fieldSelector } from './field-selector.ts';
import { labelSelector, type Selector } from './label-selector.ts';
import { selectableFields } from './selectable-fields.ts';

export type { Selector } from './label-selector.ts';

/** Both selectors of a request; undefined when it selects everything. Throws 400 for what does not parse or is not supported. */
export function selectorFor(store: ObjectStore, path: ResourcePath, query: URLSearchParams): Selector | undefined {
  const labels = query.get('labelSelector');
  const fields = query.get('fieldSelector');
  const byLabels = labels ? labelSelector(labels) : undefined;
  const byFields = fields ? fieldSelector(fields, selectableFields(store, path)) : undefined;
  if (byLabels === undefined || byFields === undefined) return byLabels ?? byFields;
  return (object) => byLabels(object) && byFields(object);
}
