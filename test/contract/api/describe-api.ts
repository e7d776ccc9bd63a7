import { describe } from 'vitest';
import { describeApply } from './cases/apply.ts';
import { describeDefinitions } from './cases/definitions.ts';
import { describeDeletion } from './cases/deletion.ts';
import { describeDiscovery } from './cases/discovery.ts';
import { describeDryRun } from './cases/dry-run.ts';
import { describeEncodings } from './cases/encodings.ts';
import { describeGeneration } from './cases/generation.ts';
import { describeHistory } from './cases/history.ts';
import { describeKeyedApply } from './cases/keyed-apply.ts';
import { describeLists } from './cases/lists.ts';
import { describeNamespaces } from './cases/namespaces.ts';
import { describeObjects } from './cases/objects.ts';
import { describePatches } from './cases/patches.ts';
import { describeRarePaths } from './cases/rare-paths.ts';
import { describeStoredValues } from './cases/stored-values.ts';
import { describeUsers } from './cases/users.ts';
import { describeWatches } from './cases/watches.ts';
import type { Contract } from './contract.ts';
import { describeForbidden, describeRefusals } from './describe-refusals.ts';
import { DEFINITIONS, definition, GROUP } from './objects.ts';

/** Every case of the contract, against one subject. */
export function describeApi(contract: Contract): void {
  contract.before(async (api) => {
    await api.created(DEFINITIONS, definition({}, {}, GROUP));
  });
  describe('an object', () => describeObjects(contract));
  describe('a deletion', () => describeDeletion(contract));
  describe('a namespace', () => describeNamespaces(contract));
  describe('a rare path', () => describeRarePaths(contract));
  describe('a generation', () => describeGeneration(contract));
  describe('a carried-out patch', () => describePatches(contract));
  describe('an apply', () => describeApply(contract));
  describe('an apply by schema', () => describeKeyedApply(contract));
  describe('a list', () => describeLists(contract));
  describe('a watch', () => describeWatches(contract));
  describe('a stored value', () => describeStoredValues(contract));
  describe('a defined resource', () => describeDefinitions(contract));
  describe('a dry run', () => describeDryRun(contract));
  describe('an encoding', () => describeEncodings(contract));
  describe('discovery', () => describeDiscovery(contract));
  describeRights(contract);
  describe('refused', () => describeRefusals(contract));
  // Last: the real server is killed and started again for it.
  describe('a forgotten history', () => describeHistory(contract));
}

/** The cases about what users may do. */
export function describeRights(contract: Contract): void {
  describe('an allowed user', () => describeUsers(contract));
  describe('refused', () => describeForbidden(contract));
}
