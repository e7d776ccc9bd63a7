import type { Definitions, ObjectId } from '../domain/target.ts';

/** One cluster's objects, and which of its sources the directory feeds where that is known. */
export interface ExplainedEntry {
  readonly definitions: Definitions;
  readonly fedSource: ObjectId | undefined;
}
