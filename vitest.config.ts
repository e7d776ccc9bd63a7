import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/control-plane/kubectl-on-path.ts'],
    // A real process, a real directory and a built CLI are slower than a unit test on a busy 2-core machine. A deadline costs nothing where
    // the condition comes; what waits for one inside a test gives up earlier, and says what it has seen.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary', 'html'] },
  },
});
