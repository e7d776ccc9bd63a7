import { AGE_COLUMN, type PrinterColumn } from './custom-columns.ts';

function field(name: string, jsonPath: string): PrinterColumn {
  return { name, type: 'string', jsonPath };
}

const READY = field('Ready', '.status.conditions[?(@.type=="Ready")].status');
const STATUS = field('Status', '.status.conditions[?(@.type=="Ready")].message');
const URL = field('URL', '.spec.url');
const SINCE = [AGE_COLUMN, READY, STATUS];

/** The columns of Flux's own definitions, by kind; the embedded cluster serves these kinds without their definitions. */
export const FLUX_COLUMNS: Readonly<Record<string, readonly PrinterColumn[]>> = {
  Kustomization: SINCE,
  HelmRelease: SINCE,
  ArtifactGenerator: SINCE,
  OCIRepository: [URL, READY, STATUS, AGE_COLUMN],
  GitRepository: [URL, ...SINCE],
  HelmRepository: [URL, ...SINCE],
  Bucket: [field('Endpoint', '.spec.endpoint'), ...SINCE],
  HelmChart: [
    field('Chart', '.spec.chart'),
    field('Version', '.spec.version'),
    field('Source Kind', '.spec.sourceRef.kind'),
    field('Source Name', '.spec.sourceRef.name'),
    ...SINCE,
  ],
  ExternalArtifact: [...SINCE, field('Source', '.spec.sourceRef.name')],
};
