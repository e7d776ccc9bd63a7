import type { TestContext } from 'vitest';
import type { ArgoSubject } from './subject.ts';
import { ArgoWorld } from './world.ts';

/** A world of the test's own, closed when the test is over. */
export async function openWorld(
  subject: ArgoSubject,
  context: TestContext,
  access?: Readonly<Record<string, string>>,
): Promise<ArgoWorld> {
  const world = new ArgoWorld(subject, access);
  context.onTestFinished(() => world.close());
  await world.open();
  return world;
}
