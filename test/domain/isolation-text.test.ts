import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { artifactTag } from '../../src/domain/isolation/artifact-tag.ts';
import { edited } from '../../src/domain/isolation/text-edit.ts';
import { unifiedDiff } from '../../src/domain/isolation/unified-diff.ts';
import { type RelativePath, ROOT } from '../../src/domain/paths.ts';

const path = (text: string) => text as RelativePath;

describe('the tag of an artifact', () => {
  it('is the shared tag and the path', () => {
    expect(artifactTag('main', path('apps/cart'), [])).toBe('main_apps.cart');
    expect(artifactTag('latest', ROOT, [])).toBe('latest_root');
  });

  it('is one a registry takes, and another for whatever is built differently', () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9._ü-]{1,40}$/);
    const build = fc.record({
      segments: fc.array(segment, { minLength: 1, maxLength: 5 }),
      components: fc.array(segment),
    });
    fc.assert(
      fc.property(build, build, (left, right) => {
        const tagOf = ({ segments, components }: typeof left) =>
          artifactTag('main', path(segments.join('/')), components.map(path));
        expect(tagOf(left)).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/);
        const isSame = JSON.stringify(left) === JSON.stringify(right);
        expect(tagOf(left) === tagOf(right)).toBe(isSame);
      }),
    );
    expect(artifactTag('main', path('root'), [])).not.toBe(artifactTag('main', ROOT, []));
    expect(artifactTag('main', path('a.b'), [])).not.toBe(artifactTag('main', path('a/b'), []));
  });
});

describe('edits', () => {
  it('leave all else as it is', () => {
    const edits = [
      { start: 4, end: 5, text: 'X' },
      { start: 0, end: 0, text: '>' },
      { start: 5, end: 5, text: '!' },
    ];
    expect(edited('abcdef', edits)).toBe('>abcdX!f');
  });

  it('that overlap are refused', () => {
    const edits = [
      { start: 0, end: 3, text: '' },
      { start: 2, end: 4, text: '' },
    ];
    expect(() => edited('abcdef', edits)).toThrow('overlap');
  });
});

const hasPatch = spawnSync('git', ['--version']).status === 0;

describe.skipIf(!hasPatch)('the diff', () => {
  it('is nothing where nothing differs', () => {
    expect(unifiedDiff('a.yaml', 'a\n', 'a\n')).toBe('');
  });

  it('turns the one text into the other, as git applies it', () => {
    const directory = mkdtempSync(join(tmpdir(), 'diff-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const text = fc
      .tuple(fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 30 }), fc.boolean())
      .map(([lines, ends]) => lines.join('\n') + (ends && lines.length > 0 ? '\n' : ''));
    fc.assert(
      fc.property(fc.option(text, { nil: undefined }), text, (before, after) => {
        const file = join(directory, 'a.yaml');
        rmSync(file, { force: true });
        if (before !== undefined) writeFileSync(file, before);
        const diff = unifiedDiff('a.yaml', before, after);
        if (diff === '') {
          expect(after).toBe(before ?? '');
          return;
        }
        const run = spawnSync('git', ['apply', '--unidiff-zero', '--whitespace=nowarn', '-'], {
          cwd: directory,
          input: diff,
          encoding: 'utf8',
        });
        expect(run.stderr, diff).toBe('');
        expect(readFileSync(file, 'utf8')).toBe(after);
      }),
      { numRuns: 50 },
    );
  });
});
