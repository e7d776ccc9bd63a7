import { describe, expect, it } from 'vitest';
import { isTransient, retryDelayMs } from '../../src/domain/attempts.ts';
import { excludedNames, isNamed } from '../../src/domain/exclusions.ts';
import { isRunAnyway } from '../../src/domain/fresh-revision.ts';
import { failureKindOfErrorCode, failureKindOfStatus, REDIRECT_LIMIT_CODE } from '../../src/domain/http-failure.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { requestedTag } from '../../src/domain/requested-tag.ts';

describe('what may be over in a few seconds', () => {
  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'ETIMEDOUT',
    'EPIPE',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ERR_TLS_HANDSHAKE_TIMEOUT',
    'ERR_STREAM_PREMATURE_CLOSE',
    REDIRECT_LIMIT_CODE,
    undefined,
  ])('is %s', (code) => {
    expect(isTransient({ kind: failureKindOfErrorCode(code) })).toBe(true);
  });

  it.each([429, 500, 502, 503, 504])('is HTTP %d', (status) => {
    expect(isTransient({ kind: failureKindOfStatus(status) })).toBe(true);
  });

  it.each([400, 401, 403, 404, 405, 409, 413, 422])('is not HTTP %d', (status) => {
    expect(isTransient({ kind: failureKindOfStatus(status) })).toBe(false);
  });

  it('is not a certificate that is refused', () => {
    expect(isTransient({ kind: failureKindOfErrorCode('DEPTH_ZERO_SELF_SIGNED_CERT') })).toBe(false);
  });
});

describe('the time between two attempts', () => {
  it('doubles from 5 s to 30 s, is never shorter than Retry-After, and ends with the last', () => {
    const limits = { ...DEFAULT_LIMITS, attemptsMax: 6 };
    const kind = 'unavailable';
    expect([1, 2, 3, 4, 5, 6].map((attempt) => retryDelayMs(attempt, { kind }, limits))).toEqual([
      5_000,
      10_000,
      20_000,
      30_000,
      30_000,
      undefined,
    ]);
    expect(retryDelayMs(1, { kind, retryAfterMs: 7_000 }, limits)).toBe(7_000);
    expect(retryDelayMs(1, { kind, retryAfterMs: 1_000 }, limits)).toBe(5_000);
  });
});

describe('names', () => {
  it('are separated by commas, with or without spaces, and count once', () => {
    expect(excludedNames(['a, b ,', ' c', 'a'])).toEqual(['a', 'b', 'c']);
  });

  it('mean an object by its end, part by part', () => {
    const id = 'Kustomization/flux-system/apps';
    expect(['apps', 'flux-system/apps', id].every((name) => isNamed(id, name))).toBe(true);
    expect(['ps', 'system/apps', 'flux-system'].some((name) => isNamed(id, name))).toBe(false);
  });
});

describe('the tag', () => {
  it('is the given one, then the configured, then that of the registry, then dev', () => {
    const all = { given: 'a', configured: 'b', inRegistry: 'c' };
    expect(requestedTag(all)).toBe('a');
    expect(requestedTag({ ...all, given: undefined })).toBe('b');
    expect(requestedTag({ ...all, given: undefined, configured: undefined })).toBe('c');
    expect(requestedTag({ given: undefined, configured: undefined, inRegistry: undefined })).toBe('dev');
  });
});

describe('what Flux runs anyway', () => {
  const before = { sourceRevision: 'r1', appliedRevision: 'r1', attemptedRevision: 'r1' };

  it('is a target whose source has a revision that neither it nor the source had before', () => {
    expect(isRunAnyway('r2', before)).toBe(true);
    expect(
      isRunAnyway('r1', {
        ...before,
        sourceRevision: undefined,
        appliedRevision: undefined,
        attemptedRevision: undefined,
      }),
    ).toBe(true);
  });

  it('is none at the revision from before, or at one that it has tried already', () => {
    expect(isRunAnyway('r1', before)).toBe(false);
    expect(isRunAnyway('r2', { ...before, appliedRevision: 'r2' })).toBe(false);
    expect(isRunAnyway('r2', { ...before, attemptedRevision: 'r2' })).toBe(false);
    expect(isRunAnyway(undefined, before)).toBe(false);
  });
});
