import { isApplication } from '../argo/is-application.ts';
import { sameJson } from '../canonical-json.ts';
import { CONTENT_ANNOTATION } from '../content-annotation.ts';
import type { KubeObject } from '../kube-object.ts';
import { asFields, asList, asText, type Fields } from '../object-fields.ts';
import { type ObjectId, objectId, parseObjectId } from '../object-id.ts';
import { withoutCredentials } from '../without-credentials.ts';
import { INVENTORY_BEFORE } from './earlier-inventory.ts';
import {
  type DamagedIsolation,
  isIsolated,
  ORIGINAL_HASH,
  parsedMark,
  recordHash,
  SESSION,
  type SessionIsolation,
} from './isolation-record.ts';

/** On an Application: JSON of `repoURL` and `targetRevision` of its `spec.source` exactly as they were; what was absent is absent here. */
export const ORIGINAL_SOURCE = 'reconcile-machine.dev/original-source';
/** On an Application: the same as the session has set them. Where the spec says otherwise, somebody else has. */
export const ISOLATED_SOURCE = 'reconcile-machine.dev/isolated-source';

/** All that a session puts on an Application. */
export const APPLICATION_MARKS = [
  SESSION,
  ORIGINAL_SOURCE,
  ISOLATED_SOURCE,
  ORIGINAL_HASH,
  CONTENT_ANNOTATION,
  INVENTORY_BEFORE,
] as const;

/** Those without which nothing can be told. */
const NEEDED = [SESSION, ORIGINAL_SOURCE, ISOLATED_SOURCE, ORIGINAL_HASH] as const;

/** What a session moves of an Application's only source. */
export interface ApplicationSourceFields {
  readonly repoURL?: string;
  readonly targetRevision?: string;
}

/**
 * The artifacts of one Application, in place of a source of its own: Argo CD has no object for that. `OCISource//<repository>#<namespace>/<name>`,
 * whichever of them the Application reads.
 */
export function ownArtifactsOf(repoURL: string, { namespace, name }: { namespace: string; name: string }): ObjectId {
  return objectId('OCISource', '', `${repoURL.replace(/\/+$/, '')}#${namespace}/${name}`);
}

/** True for what `ownArtifactsOf` names. */
export function isOwnArtifacts(id: ObjectId): boolean {
  const { kind, name } = parseObjectId(id);
  return kind === 'OCISource' && name.includes('#');
}

/** As the Application has them now. */
export function sourceFieldsOf({ spec }: Pick<KubeObject, 'spec'>): ApplicationSourceFields {
  const { repoURL, targetRevision } = asFields(asFields(spec).source);
  return {
    ...(typeof repoURL === 'string' ? { repoURL } : {}),
    ...(typeof targetRevision === 'string' ? { targetRevision } : {}),
  };
}

/** What a session put on this Application: undefined for one without any mark. */
export function applicationIsolation(object: KubeObject): SessionIsolation | DamagedIsolation | undefined {
  const { annotations = {}, namespace = 'default', name } = object.metadata;
  if (NEEDED.every((mark) => annotations[mark] === undefined)) return undefined;
  const session = asText(annotations[SESSION]);
  const original = originalSourceIn(annotations);
  const moved = asFields(parsedMark(annotations[ISOLATED_SOURCE]));
  const repoURL = asText(moved.repoURL);
  if (session === undefined || original === undefined || repoURL === undefined) {
    const damaged = `the record of its original source is incomplete or was edited (annotations ${NEEDED.join(', ')})`;
    return { damaged, why: 'unreadable', session };
  }
  const current = sourceFieldsOf(object);
  if (asList(asFields(object.spec).sources).length > 0) {
    return { damaged: 'somebody gave it several sources (spec.sources)', why: 'repointed', session };
  }
  if (sameJson(current, original)) return { damaged: 'its source is the original one again', why: 'put-back', session };
  if (!sameJson(current, moved)) {
    const { repoURL: given = '?', targetRevision } = current;
    const url = withoutCredentials(given);
    const shown = targetRevision === undefined ? url : `${url} at ${targetRevision}`;
    return { damaged: `somebody pointed it at ${shown}`, why: 'repointed', session };
  }
  const ownSource = ownArtifactsOf(repoURL, { namespace, name });
  return { session, ownSource, originalSourceRef: original, originalReconcile: undefined };
}

/** The spec with the source that the Application reads when no session has moved it. */
export function beforeMove(object: KubeObject): { readonly spec: Fields; readonly ownSource: ObjectId | undefined } {
  const spec = asFields(object.spec);
  const isolation = isApplication(object) ? applicationIsolation(object) : undefined;
  if (!isIsolated(isolation)) return { spec, ownSource: undefined };
  const { repoURL: _, targetRevision: __, ...others } = asFields(spec.source);
  return { spec: { ...spec, source: { ...others, ...isolation.originalSourceRef } }, ownSource: isolation.ownSource };
}

function originalSourceIn(annotations: Readonly<Record<string, unknown>>): Fields | undefined {
  const source = parsedMark(annotations[ORIGINAL_SOURCE]);
  if (typeof source !== 'object' || source === null || Array.isArray(source)) return undefined;
  if (annotations[ORIGINAL_HASH] !== recordHash({ source })) return undefined;
  return asText(asFields(source).repoURL) === undefined ? undefined : asFields(source);
}
