import { expect, it } from 'vitest';
import { isolationHint } from '../../src/ui/isolation-hint.ts';

it('counts what Flux ran besides, and what isolation would run', () => {
  expect(isolationHint(1, 99)).toEqual({
    type: 'message',
    level: 'info',
    text: 'this push made Flux run 99 other Kustomizations, since they share the source: 100 runs for 1 change',
    hint: 'watch --isolate runs that one alone, on a source of its own while the watch lasts',
  });
  expect(isolationHint(7, 1).text).toContain('1 other Kustomization,');
  expect(isolationHint(7, 1).hint).toContain('those 7 alone');
});
