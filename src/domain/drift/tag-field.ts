import { applicationDefinition, isApplication } from '../argo/application-definition.ts';
import { applicationIsolation } from '../isolation/application-marks.ts';
import { isolatedFrom } from '../isolation/isolated-source.ts';
import { isIsolated } from '../isolation/isolation-record.ts';
import type { JsonPatch } from '../isolation/session-patches.ts';
import type { KubeObject } from '../kube-object.ts';
import { asFields, asList, asText, type Fields } from '../object-fields.ts';
import { type ObjectId, objectId } from '../target.ts';

/** A field of a live object that says which tag of an OCI repository the cluster follows. */
export interface TagField {
  readonly id: ObjectId;
  /** `spec.ref.tag` */
  readonly field: string;
  /** `oci://host/repository` */
  readonly url: string;
  /** Undefined: none is set, which means `latest`. */
  readonly live: string | undefined;
  /** Why setting it would change nothing, or not for long. */
  readonly unrepairable?: string;
  /** What applies the object from somewhere, and sets the field back to what it has there at its next run. */
  readonly appliedBy?: ObjectId;
  /** Sets it, if it is still as it was seen. */
  patchTo(tag: string): JsonPatch;
}

const TAG_DEFAULT = 'latest';

/** The tag fields of a FluxInstance, an OCIRepository or an Application; none for what follows no OCI tag, or a target's own source. */
export function tagFields(object: KubeObject): readonly TagField[] {
  if (object.kind === 'FluxInstance') return fluxInstanceField(object);
  if (object.kind === 'OCIRepository' && isolatedFrom(object) === undefined) return repositoryField(object);
  return isApplication(object) ? applicationFields(object) : [];
}

/** The tag that the field means. */
export function tagOf({ live }: TagField): string {
  return live ?? TAG_DEFAULT;
}

function fluxInstanceField(object: KubeObject): TagField[] {
  const { kind, url, ref } = asFields(object.spec?.sync);
  const address = asText(url);
  if (kind !== 'OCIRepository' || address === undefined) return [];
  const common = { id: idOf(object), field: 'spec.sync.ref', url: address, ...appliedBy(object) };
  return [{ ...common, live: asText(ref), patchTo: (tag) => setText('/spec/sync/ref', asText(ref), tag) }];
}

function repositoryField(object: KubeObject): TagField[] {
  const { url, ref } = asFields(object.spec);
  const address = asText(url);
  if (address === undefined) return [];
  const fields = asFields(ref);
  const live = asText(fields.tag);
  const higher = ['digest', 'semver'].find((name) => asText(fields[name]) !== undefined);
  return [
    {
      id: idOf(object),
      field: 'spec.ref.tag',
      url: address,
      live,
      ...(higher === undefined ? {} : { unrepairable: `spec.ref.${higher} ranks above the tag` }),
      ...appliedBy(object),
      patchTo: (tag) =>
        ref === undefined || ref === null
          ? [{ op: 'add', path: '/spec/ref', value: { tag } }]
          : setText('/spec/ref/tag', live, tag),
    },
  ];
}

function applicationFields(object: KubeObject): TagField[] {
  // A session has it read one artifact, and puts it back.
  if (isIsolated(applicationIsolation(object))) return [];
  const madeBy = applicationDefinition({ object })?.target.application?.madeBy;
  const listed = asList(object.spec?.sources).map(asFields);
  const given: [string, Fields][] =
    listed.length > 0
      ? listed.map((source, index) => [`sources/${index}`, source])
      : [['source', asFields(object.spec?.source)]];
  return given.flatMap(([place, { repoURL, targetRevision, chart }]) => {
    const url = asText(repoURL);
    const live = asText(targetRevision);
    if (url?.startsWith('oci://') !== true || chart !== undefined) return [];
    const isDigest = live?.startsWith('sha256:') === true;
    return {
      id: idOf(object),
      field: `spec.${place.replace('/', '.')}.targetRevision`,
      url,
      live,
      ...(isDigest ? { unrepairable: 'it follows a digest' } : {}),
      ...(madeBy === undefined ? {} : { appliedBy: madeBy }),
      patchTo: (tag: string) => setText(`/spec/${place}/targetRevision`, live, tag),
    };
  });
}

function setText(path: string, live: string | undefined, tag: string): JsonPatch {
  const seen: JsonPatch = live === undefined ? [] : [{ op: 'test', path, value: live }];
  return [...seen, { op: 'add', path, value: tag }];
}

/** Flux marks what a Kustomization or its operator applies. */
function appliedBy({ metadata: { labels = {} } }: KubeObject): Pick<TagField, 'appliedBy'> {
  for (const [kind, prefix] of [
    ['Kustomization', 'kustomize.toolkit.fluxcd.io'],
    ['FluxInstance', 'fluxcd.controlplane.io'],
  ] as const) {
    const name = labels[`${prefix}/name`];
    const namespace = labels[`${prefix}/namespace`];
    if (name !== undefined && namespace !== undefined) return { appliedBy: objectId(kind, namespace, name) };
  }
  return {};
}

function idOf({ kind, metadata }: KubeObject): ObjectId {
  return objectId(kind, metadata.namespace ?? '', metadata.name);
}
