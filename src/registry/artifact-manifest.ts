import { digestOf } from './archive.ts';

export const MANIFEST_MEDIA_TYPE = 'application/vnd.oci.image.manifest.v1+json';
export const CONFIG_MEDIA_TYPE = 'application/vnd.cncf.flux.config.v1+json';
/** Flux takes layer 0 of any type; Argo CD takes this one, and exactly one layer. */
export const LAYER_MEDIA_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip';

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface OciManifest {
  readonly schemaVersion: number;
  readonly mediaType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Blob {
  readonly bytes: Buffer;
  readonly descriptor: Descriptor;
}

export function blobOf(mediaType: string, bytes: Buffer): Blob {
  return { bytes, descriptor: { mediaType, digest: digestOf(bytes), size: bytes.byteLength } };
}

/** The manifest of one config and one layer; the same input gives the same bytes, whatever the order of the annotations. */
export function manifestOf(
  config: Descriptor,
  layer: Descriptor,
  annotations: Readonly<Record<string, string>> | undefined,
): Blob {
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_MEDIA_TYPE,
    config,
    layers: [layer],
    ...(annotations !== undefined && Object.keys(annotations).length > 0 && { annotations: sortKeys(annotations) }),
  };
  return blobOf(MANIFEST_MEDIA_TYPE, Buffer.from(JSON.stringify(manifest)));
}

/** JSON with the keys of every object sorted. */
export function canonicalJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(sortKeys(value)));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}
