import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/control-plane/kubectl-on-path.ts'],
    // A real process, a real directory and a built CLI are slower than a unit test on a busy 2-core machine.
    testTimeout: 30_000,
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary', 'html'] },
  },
});
