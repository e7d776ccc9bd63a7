import type { KubeObject } from '../kube-object.ts';
import { asFields, asList, asText, type Fields } from '../object-fields.ts';
import { type FilesOfRepository, parametersOf } from './application-set-generators.ts';
import { filledIn, isMap } from './application-set-template.ts';

/**
 * The Applications that an ApplicationSet asks for, in the order of its generators. Rejects with what Argo CD would say, and for what is
 * not known here: other generators, functions in Go templates, `templatePatch`.
 */
export async function applicationsOf(set: KubeObject, filesOf: FilesOfRepository): Promise<readonly KubeObject[]> {
  const { generators, template, goTemplate, templatePatch } = set.spec ?? {};
  if (templatePatch !== undefined) throw new Error('templatePatch is not known');
  const wanted = new Map<string, KubeObject>();
  for (const given of asList(generators)) {
    const generator = asFields(given);
    const [kind = ''] = Object.keys(generator);
    const own = merged(asFields(template), asFields(asFields(generator[kind]).template));
    for (const parameters of await parametersOf(filesOf, generator, goTemplate === true)) {
      const { metadata, spec } = asFields(filledIn(own, parameters, goTemplate === true));
      const { name, labels, annotations, finalizers } = asFields(metadata);
      const application: KubeObject = {
        apiVersion: set.apiVersion,
        kind: 'Application',
        metadata: {
          name: String(name),
          namespace: set.metadata.namespace ?? '',
          ...(isMap(labels) ? { labels: labels as Readonly<Record<string, string>> } : {}),
          annotations: asFields(annotations) as Readonly<Record<string, string>>,
          ...(finalizers === undefined ? {} : { finalizers }),
          ownerReferences: [ownerReference(set)],
        },
        spec: asFields(spec),
      };
      if (wanted.has(String(name)))
        throw new Error(
          `ApplicationSet ${set.metadata.name} contains applications with duplicate name: ${String(name)}`,
        );
      wanted.set(String(name), application);
    }
  }
  return [...wanted.values()];
}

/** The repositories that its git generators read, those within others too. */
export function generatedFrom(set: KubeObject): ReadonlySet<string> {
  const urls = new Set<string>();
  const within = (generators: unknown): void => {
    for (const generator of asList(generators).map(asFields)) {
      const url = asText(asFields(generator.git).repoURL);
      if (url !== undefined) urls.add(url);
      within(asFields(generator.matrix).generators);
      within(asFields(generator.merge).generators);
    }
  };
  within(set.spec?.generators);
  return urls;
}

function ownerReference({ apiVersion, metadata }: KubeObject): Fields {
  const { name, uid } = metadata;
  return { apiVersion, kind: 'ApplicationSet', name, uid, controller: true, blockOwnerDeletion: true };
}

function merged(base: Fields, over: Fields): Fields {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = result[key];
    result[key] = isMap(before) && isMap(value) ? merged(before, value) : value;
  }
  return result;
}
