import { FailureError } from '../failure.ts';
import type { Limits } from '../limits.ts';
import type { RelativePath } from '../paths.ts';
import { parseYamlDocuments } from '../yaml-documents.ts';
import { appendedDocuments } from './appended-documents.ts';
import type { OwnRepository } from './own-repository.ts';
import { edited, type TextEdit } from './text-edit.ts';
import type { WrittenFile } from './written-file.ts';

/** The new content of one file. */
export interface FileChange {
  readonly path: RelativePath;
  /** Undefined: the file is new. */
  readonly before: string | undefined;
  readonly after: string;
}

interface Pending {
  readonly file: WrittenFile | undefined;
  readonly edits: TextEdit[];
  readonly appended: OwnRepository[];
  /** What the documents must say afterwards, those appended left out. */
  values: readonly unknown[];
}

/** Gathers edits of YAML files, and makes sure that each file says afterwards what is meant and nothing else. */
export class FileChanges {
  readonly #limits: Limits;
  readonly #pending = new Map<RelativePath, Pending>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** `values`: what the file's documents were to say, given what they say now. */
  edit(file: WrittenFile, edits: readonly TextEdit[], values: (now: readonly unknown[]) => readonly unknown[]): void {
    const pending = this.#of(file.path, file);
    pending.edits.push(...edits);
    pending.values = values(pending.values);
  }

  append(path: RelativePath, file: WrittenFile | undefined, repository: OwnRepository): void {
    this.#of(path, file).appended.push(repository);
  }

  /** Sorted by path. Throws FailureError where an edit would change more than it is to. */
  all(): FileChange[] {
    return [...this.#pending]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([path, pending]) => this.#change(path, pending))
      .filter(({ before, after }) => before !== after);
  }

  #of(path: RelativePath, file: WrittenFile | undefined): Pending {
    const known = this.#pending.get(path);
    if (known !== undefined) return known;
    const pending: Pending = { file, edits: [], appended: [], values: file?.values ?? [] };
    this.#pending.set(path, pending);
    return pending;
  }

  #change(path: RelativePath, { file, edits, appended, values }: Pending): FileChange {
    const before = file?.text;
    const documents = appended.map(({ text }) => text);
    const appending = documents.length === 0 ? [] : [appendedDocuments(before ?? '', documents)];
    const after = edited(before ?? '', [...edits, ...appending]);
    const parsed = parseYamlDocuments(after, path, this.#limits);
    const expected = [...values, ...appended.map(({ object }) => object)];
    if (parsed.problems.length > 0 || json(parsed.documents) !== json(expected)) {
      const message = `${path} is written in a way that cannot be edited without changing something else`;
      throw new FailureError({ kind: 'invalid', message, hint: 'nothing was written; split its documents into files' });
    }
    return { path, before, after };
  }
}

function json(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner));
}
