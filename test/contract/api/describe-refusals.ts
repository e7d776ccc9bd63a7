import { describe } from 'vitest';
import type { Contract } from './contract.ts';
import { REFUSED_APPLIES } from './refused/applies.ts';
import { REFUSED_BODIES } from './refused/bodies.ts';
import { REFUSED_CONFIG_FIELDS } from './refused/config-fields.ts';
import { REFUSED_CUSTOM_RESOURCES } from './refused/custom-resources.ts';
import { REFUSED_CUSTOM_VALUES } from './refused/custom-values.ts';
import { REFUSED_DEFINITIONS } from './refused/definitions.ts';
import { REFUSED_JSON_PATCHES } from './refused/json-patches.ts';
import { REFUSED_LISTS } from './refused/lists.ts';
import { REFUSED_MEDIA_TYPES } from './refused/media-types.ts';
import { REFUSED_MERGE_PATCHES } from './refused/merge-patches.ts';
import { REFUSED_METADATA } from './refused/metadata.ts';
import { REFUSED_NAMES } from './refused/names.ts';
import { REFUSED_OTHER_FIELDS } from './refused/other-fields.ts';
import { REFUSED_PARAMETERS } from './refused/parameters.ts';
import { REFUSED_PATHS } from './refused/paths.ts';
import { REFUSED_READERS } from './refused/readers.ts';
import { REFUSED_SCHEMAS } from './refused/schemas.ts';
import { REFUSED_STRANGERS } from './refused/strangers.ts';
import { REFUSED_SUBRESOURCES } from './refused/subresources.ts';
import { REFUSED_WORKLOAD_FIELDS } from './refused/workload-fields.ts';
import { REFUSED_WRITES } from './refused/writes.ts';

/** The requests that are refused to everybody. */
export function describeRefusals(contract: Contract): void {
  describe('a path', () => contract.refusals(REFUSED_PATHS));
  describe('a body', () => contract.refusals(REFUSED_BODIES));
  describe('a media type', () => contract.refusals(REFUSED_MEDIA_TYPES));
  describe('a parameter', () => contract.refusals(REFUSED_PARAMETERS));
  describe('a name', () => contract.refusals(REFUSED_NAMES));
  describe('metadata', () => contract.refusals(REFUSED_METADATA));
  describe('a write', () => contract.refusals(REFUSED_WRITES));
  describe('a field of a ConfigMap or Secret', () => contract.refusals(REFUSED_CONFIG_FIELDS));
  describe('a field of a workload', () => contract.refusals(REFUSED_WORKLOAD_FIELDS));
  describe('a field of another kind', () => contract.refusals(REFUSED_OTHER_FIELDS));
  describe('a JSON patch', () => contract.refusals(REFUSED_JSON_PATCHES));
  describe('a merge patch', () => contract.refusals(REFUSED_MERGE_PATCHES));
  describe('an apply', () => contract.refusals(REFUSED_APPLIES));
  describe('a list', () => contract.refusals(REFUSED_LISTS));
  describe('a subresource', () => contract.refusals(REFUSED_SUBRESOURCES));
  describe('a custom value', () => contract.refusals(REFUSED_CUSTOM_VALUES));
  describe('a custom resource', () => contract.refusals(REFUSED_CUSTOM_RESOURCES));
  describe('a definition', () => contract.refusals(REFUSED_DEFINITIONS));
  describe('a schema', () => contract.refusals(REFUSED_SCHEMAS));
}

/** The requests that are refused to some. */
export function describeForbidden(contract: Contract): void {
  describe('a stranger', () => contract.refusals(REFUSED_STRANGERS));
  describe('a reader', () => contract.refusals(REFUSED_READERS));
}
