import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedCluster, startCluster } from '../../src/embedded/testing.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { controlPlaneExecutable, whySkipped } from '../control-plane/executables.ts';
import { KNOWN_DIFFERENCES } from './kubectl/known-differences.ts';
import { hasKubectl, Kubectl } from './kubectl/kubectl.ts';
import { LIVING } from './kubectl/living.ts';
import { READING } from './kubectl/reading.ts';
import type { Scenario } from './kubectl/scenario.ts';
import { WRITING } from './kubectl/writing.ts';

const SCENARIO_MS = 120_000;

const skipped = hasKubectl ? whySkipped(controlPlaneExecutable()) : 'kubectl is not installed';

describe.skipIf(skipped !== undefined)(
  'kubectl prints against the embedded cluster what it prints against a real one',
  () => {
    let embedded: EmbeddedCluster;
    let real: ControlPlane;
    let kubectls: readonly [Kubectl, Kubectl];
    beforeAll(async () => {
      // As bare as the control plane of the tests: no garbage collector, no namespace controller.
      const bare = startCluster({ controllers: false, users: [{ name: 'admin', groups: ['system:masters'] }] });
      [embedded, real] = await Promise.all([bare, startControlPlane()]);
      kubectls = [new Kubectl(embedded.kubeconfigFor('admin')), new Kubectl(real.kubeconfig())];
    }, 90_000);
    afterAll(async () => {
      for (const kubectl of kubectls ?? []) kubectl.remove();
      await Promise.all([embedded?.stop(), real?.stop()]);
    });

    async function transcripts(scenario: Scenario, namespace: string): Promise<readonly string[]> {
      return Promise.all(kubectls.map((kubectl) => kubectl.transcript(scenario, namespace)));
    }

    it.each([...READING, ...WRITING, ...LIVING].map((scenario, index) => [scenario.title, index, scenario] as const))(
      '%s',
      async (_title, index, scenario) => {
        const [found, expected] = await transcripts(scenario, `scenario-${index}`);
        expect(found).toBe(expected);
      },
      SCENARIO_MS,
    );

    it.each(KNOWN_DIFFERENCES.map((scenario, index) => [scenario.title, scenario.why, index, scenario] as const))(
      'but for %s: %s',
      async (_title, _why, index, scenario) => {
        const [found, expected] = await transcripts(scenario, `difference-${index}`);
        expect(found).not.toBe(expected);
      },
      SCENARIO_MS,
    );

    it('lists no resource that a real server lists otherwise', async () => {
      const [found, expected] = await transcripts({ title: '', steps: ['api-resources -o wide'] }, 'resources');
      const known = new Set(rowsOf(expected));
      const own = rowsOf(found).filter((row) => !row.includes('.fluxcd.io/'));
      // Subresources are shown nowhere, categories and verbs are.
      expect(own.filter((row) => !known.has(row))).toEqual([]);
      expect(own.length).toBeGreaterThan(25);
    });
  },
);

function rowsOf(transcript = ''): readonly string[] {
  return transcript.split('\n').map((row) => row.replace(/\s+/g, ' ').trim());
}
