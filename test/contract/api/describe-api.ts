import { describe } from 'vitest';
import type { Contract } from './contract.ts';
import { describeApply } from './describe-apply.ts';
import { describeDefinitions } from './describe-definitions.ts';
import { describeDeletion } from './describe-deletion.ts';
import { describeDiscovery } from './describe-discovery.ts';
import { describeDryRun } from './describe-dry-run.ts';
import { describeEncodings } from './describe-encodings.ts';
import { describeGeneration } from './describe-generation.ts';
import { describeHistory } from './describe-history.ts';
import { describeLists } from './describe-lists.ts';
import { describeObjects } from './describe-objects.ts';
import { describePatches } from './describe-patches.ts';
import { describeUsers } from './describe-users.ts';
import { describeWatches } from './describe-watches.ts';
import { DEFINITIONS, definition, GROUP } from './objects.ts';
import { REFUSED_BODIES } from './refused-bodies.ts';
import { REFUSED_CUSTOM_RESOURCES } from './refused-custom-resources.ts';
import { REFUSED_DEFINITIONS } from './refused-definitions.ts';
import { REFUSED_FIELDS } from './refused-fields.ts';
import { REFUSED_METADATA } from './refused-metadata.ts';
import { REFUSED_PARAMETERS } from './refused-parameters.ts';
import { REFUSED_PATCHES } from './refused-patches.ts';
import { REFUSED_PATHS } from './refused-paths.ts';
import { REFUSED_READS } from './refused-reads.ts';
import { REFUSED_USERS } from './refused-users.ts';

/** Every case of the contract, against one subject. */
export function describeApi(contract: Contract): void {
  contract.before(async (api) => {
    await api.created(DEFINITIONS, definition({}, {}, GROUP));
  });
  describe('an object', () => describeObjects(contract));
  describe('a deletion', () => describeDeletion(contract));
  describe('a generation', () => describeGeneration(contract));
  describe('a carried-out patch', () => describePatches(contract));
  describe('an apply', () => describeApply(contract));
  describe('a list', () => describeLists(contract));
  describe('a watch', () => describeWatches(contract));
  describe('a defined resource', () => describeDefinitions(contract));
  describe('a dry run', () => describeDryRun(contract));
  describe('an encoding', () => describeEncodings(contract));
  describe('discovery', () => describeDiscovery(contract));
  describeRights(contract);
  describe('a path', () => contract.refusals(REFUSED_PATHS));
  describe('a body', () => contract.refusals(REFUSED_BODIES));
  describe('a parameter', () => contract.refusals(REFUSED_PARAMETERS));
  describe('metadata', () => contract.refusals(REFUSED_METADATA));
  describe('a field', () => contract.refusals(REFUSED_FIELDS));
  describe('a patch', () => contract.refusals(REFUSED_PATCHES));
  describe('a read', () => contract.refusals(REFUSED_READS));
  describe('a custom resource', () => contract.refusals(REFUSED_CUSTOM_RESOURCES));
  describe('a definition', () => contract.refusals(REFUSED_DEFINITIONS));
  // Last: the real server is killed and started again for it.
  describe('a forgotten history', () => describeHistory(contract));
}

/** The cases about what users may do. */
export function describeRights(contract: Contract): void {
  describe('an allowed user', () => describeUsers(contract));
  describe('a user', () => contract.refusals(REFUSED_USERS));
}
