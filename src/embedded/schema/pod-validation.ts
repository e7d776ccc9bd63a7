import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, asString, isJsonObject, type JsonObject, sameJson } from '../json-value.ts';
import { containerErrors } from './container-validation.ts';
import {
  duplicateValue,
  type FieldError,
  forbiddenField,
  invalidValue,
  requiredValue,
  unsupportedValue,
} from './field-error.ts';
import { labelErrors } from './metadata-validation.ts';
import { dnsLabel, subdomain } from './name-formats.ts';

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

/** In the order in which the real server looks at them. */
const VOLUME_SOURCES = [
  'emptyDir',
  'hostPath',
  'secret',
  'nfs',
  'persistentVolumeClaim',
  'downwardAPI',
  'configMap',
  'projected',
  'csi',
  'ephemeral',
];

const CHANGEABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

export function podErrors(pod: KubeObject, before: KubeObject | undefined): readonly FieldError[] {
  const errors = podSpecErrors(asObject(pod.spec), 'spec');
  if (before === undefined || sameJson(fixedPart(pod), fixedPart(before))) return errors;
  return [...errors, forbiddenField('spec', CHANGEABLE)];
}

/** What of a Pod's spec may not change; compared without the difference that the real server prints. */
function fixedPart(pod: KubeObject): JsonObject {
  const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, nodeName: _node, ...spec } = asObject(pod.spec);
  const withoutImage = (list: unknown): readonly unknown[] =>
    asArray(list).map((item) => ({ ...asObject(item), image: '', resources: undefined }));
  const { terminationGracePeriodSeconds: _grace, ephemeralContainers: _ephemeral, ...rest } = spec;
  return { ...rest, containers: withoutImage(spec.containers), initContainers: withoutImage(spec.initContainers) };
}

/** What is wrong with the spec of a Pod or of a template of Pods. */
export function podSpecErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const volumes = asArray(spec.volumes).map(asObject);
  const names = new Set(volumes.map(({ name }) => name));
  const { restartPolicy, dnsPolicy, serviceAccountName } = spec;
  return [
    ...volumeErrors(volumes, `${field}.volumes`),
    ...containerErrors(spec, field, names),
    ...(RESTART_POLICIES.includes(String(restartPolicy))
      ? []
      : [unsupportedValue(`${field}.restartPolicy`, restartPolicy, RESTART_POLICIES)]),
    ...(DNS_POLICIES.includes(String(dnsPolicy))
      ? []
      : [unsupportedValue(`${field}.dnsPolicy`, dnsPolicy, DNS_POLICIES)]),
    ...labelErrors(`${field}.nodeSelector`, spec.nodeSelector),
    ...(asString(serviceAccountName) === undefined
      ? []
      : subdomain(String(serviceAccountName)).map((why) =>
          invalidValue(`${field}.serviceAccountName`, serviceAccountName, why),
        )),
  ];
}

function volumeErrors(volumes: readonly JsonObject[], field: string): readonly FieldError[] {
  const seen = new Set<unknown>();
  return volumes.flatMap((volume, index) => {
    const at = `${field}[${index}]`;
    const { name } = volume;
    const errors: FieldError[] = [];
    if (asString(name) === undefined || name === '') errors.push(requiredValue(`${at}.name`));
    else errors.push(...dnsLabel(String(name)).map((why) => invalidValue(`${at}.name`, name, why)));
    if (seen.has(name)) errors.push(duplicateValue(`${at}.name`, name));
    seen.add(name);
    const sources: readonly (readonly [string, string])[] = [
      ['configMap', 'name'],
      ['secret', 'secretName'],
      ['hostPath', 'path'],
      ['persistentVolumeClaim', 'claimName'],
    ];
    for (const [source, key] of sources) {
      if (isJsonObject(volume[source]) && !volume[source][key]) errors.push(requiredValue(`${at}.${source}.${key}`));
    }
    for (const source of VOLUME_SOURCES.filter((each) => volume[each] !== undefined).slice(1)) {
      errors.push(forbiddenField(`${at}.${source}`, 'may not specify more than 1 volume type'));
    }
    return errors;
  });
}
