import type { KubeObject } from '../../../domain/kube-object.ts';
import { asArray } from '../../json-value.ts';
import { at, text } from './cell-values.ts';
import { AGE, NAME, type Printer, texts, wide } from './columns.ts';
import { ageOf } from './human-duration.ts';

const ACCESS_MODES: readonly (readonly [mode: string, short: string])[] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];

function accessModes(modes: unknown): string {
  const given = asArray(modes);
  return ACCESS_MODES.filter(([mode]) => given.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

/** Before there was a field for it, an annotation named the class; it still wins. */
function storageClass({ metadata, spec }: KubeObject): string {
  return text(metadata.annotations?.['volume.beta.kubernetes.io/storage-class'], text(spec?.storageClassName));
}

function phase({ metadata, status }: KubeObject): string {
  return metadata.deletionTimestamp === undefined ? text(status?.phase) : 'Terminating';
}

export const volumeClaimPrinter: Printer = {
  columns: [
    NAME,
    ...texts('Status', 'Volume', 'Capacity', 'Access Modes', 'StorageClass', 'VolumeAttributesClass'),
    AGE,
    wide('VolumeMode'),
  ],
  cells: (claim, nowMs) => {
    const { metadata, spec, status } = claim;
    const volume = text(spec?.volumeName);
    const isBound = volume !== '';
    return [
      metadata.name,
      phase(claim),
      volume,
      isBound ? text(at(status, 'capacity', 'storage'), '0') : '',
      isBound ? accessModes(status?.accessModes) : '',
      storageClass(claim),
      text(spec?.volumeAttributesClassName, '<unset>'),
      ageOf(metadata.creationTimestamp, nowMs),
      text(spec?.volumeMode, '<unset>'),
    ];
  },
};

export const volumePrinter: Printer = {
  columns: [
    NAME,
    ...texts('Capacity', 'Access Modes', 'Reclaim Policy', 'Status', 'Claim', 'StorageClass'),
    ...texts('VolumeAttributesClass', 'Reason'),
    AGE,
    wide('VolumeMode'),
  ],
  cells: (volume, nowMs) => {
    const { metadata, spec, status } = volume;
    const claim = spec?.claimRef;
    return [
      metadata.name,
      text(at(spec, 'capacity', 'storage'), '0'),
      accessModes(spec?.accessModes),
      text(spec?.persistentVolumeReclaimPolicy),
      phase(volume),
      claim === undefined ? '' : `${text(at(claim, 'namespace'))}/${text(at(claim, 'name'))}`,
      storageClass(volume),
      text(spec?.volumeAttributesClassName, '<unset>'),
      text(status?.reason),
      ageOf(metadata.creationTimestamp, nowMs),
      text(spec?.volumeMode, '<unset>'),
    ];
  },
};

const DEFAULT_CLASS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

export const storageClassPrinter: Printer = {
  columns: [NAME, ...texts('Provisioner', 'ReclaimPolicy', 'VolumeBindingMode', 'AllowVolumeExpansion'), AGE],
  cells: (object, nowMs) => {
    const { metadata } = object;
    const isDefault = DEFAULT_CLASS.some((annotation) => metadata.annotations?.[annotation] === 'true');
    return [
      metadata.name + (isDefault ? ' (default)' : ''),
      text(object.provisioner),
      text(object.reclaimPolicy, 'Delete'),
      text(object.volumeBindingMode, 'Immediate'),
      object.allowVolumeExpansion === true,
      ageOf(metadata.creationTimestamp, nowMs),
    ];
  },
};
