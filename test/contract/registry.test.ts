import { afterAll, beforeAll, describe } from 'vitest';
import { describeBlobs } from './registry/blobs.ts';
import { describeManifests } from './registry/manifests.ts';
import { describeRequests } from './registry/requests.ts';
import type { RegistrySubject } from './registry/subject.ts';
import { dockerRegistry, dockerRegistryInstalled, embeddedRegistry } from './registry/subjects.ts';

// One text, two subjects: what passes on both is what users may rely on.
describe.each([
  { name: 'the embedded registry', start: embeddedRegistry, runs: true },
  { name: "Debian's docker-registry", start: dockerRegistry, runs: dockerRegistryInstalled },
])('$name', ({ start, runs }) => {
  describe.skipIf(!runs)('', () => {
    let subject: RegistrySubject;
    beforeAll(async () => {
      subject = await start();
    });
    afterAll(() => subject.stop());

    describe('requests', () => describeRequests(() => subject));
    describe('blobs', () => describeBlobs(() => subject));
    describe('manifests', () => describeManifests(() => subject));
  });
});
