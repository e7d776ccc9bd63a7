import { packArchive, sha256 } from '../../src/embedded/flux/archive.ts';

/** Pushes `files` (path → text) as an OCI artifact the way Flux's own CLI does; returns the manifest's digest. */
export async function pushFiles(
  registry: { readonly url: string },
  repository: string,
  files: Readonly<Record<string, string>>,
  tag = 'latest',
): Promise<string> {
  const layer = packArchive(
    new Map(Object.entries(files).map(([path, text]) => [path, { content: Buffer.from(text), mode: 0o644 }])),
  );
  const config = Buffer.from('{}');
  for (const blob of [layer, config]) {
    const url = `${registry.url}/v2/${repository}/blobs/uploads/?digest=${sha256(blob)}`;
    const response = await fetch(url, { method: 'POST', body: new Uint8Array(blob) });
    if (response.status !== 201) throw new Error(`blob refused: ${response.status} ${await response.text()}`);
  }
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.cncf.flux.config.v1+json', digest: sha256(config), size: config.length },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: sha256(layer), size: layer.length }],
    }),
  );
  const response = await fetch(`${registry.url}/v2/${repository}/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/vnd.oci.image.manifest.v1+json' },
    body: new Uint8Array(manifest),
  });
  if (response.status !== 201) throw new Error(`manifest refused: ${response.status} ${await response.text()}`);
  return sha256(manifest);
}
