import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createArchive } from '../../src/registry/archive.ts';
import { tar } from '../../src/registry/tar.ts';

const file = (path: string, content: string | Buffer = path, mode = 0o644) => ({
  path,
  mode,
  read: () => Buffer.from(content),
});
const LONG = `${'directory-with-a-long-name/'.repeat(8)}${'x'.repeat(120)}.yaml`;
const SPLIT = `${'a'.repeat(90)}/${'b'.repeat(60)}/c.yaml`;

function unpack(archive: Buffer): Map<string, { content: string; mode: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'archive-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  execFileSync('tar', ['-xzf', '-', '-C', directory], { input: archive });
  const entries = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(directory, path)).isFile(),
  );
  return new Map(
    entries.map((path) => {
      const found = {
        content: readFileSync(join(directory, path), 'utf8'),
        mode: statSync(join(directory, path)).mode & 0o777,
      };
      return [path, found] as const;
    }),
  );
}

describe('an archive', () => {
  it('is unpacked by tar with every path, content and execute bit', async () => {
    const files = [
      file('b/run.sh', '#!/bin/sh\n', 0o755),
      file('a.yaml'),
      file('ü/ß.yaml'),
      file(LONG),
      file(SPLIT),
      file('empty', ''),
    ];
    const found = unpack((await createArchive(files)).bytes);
    expect([...found.keys()].sort()).toEqual(files.map(({ path }) => path).sort());
    for (const { path, mode, read } of files) {
      expect(found.get(path)?.content).toBe(read().toString());
      expect((found.get(path)?.mode ?? 0) & 0o100).toBe(mode & 0o100);
    }
  });

  it('has the same bytes whatever the order and the odd mode bits', async () => {
    const one = await createArchive([file('a/b', 'x', 0o640), file('a-b', 'y', 0o700), file('a/a', 'z')]);
    const two = await createArchive([file('a/a', 'z'), file('a-b', 'y', 0o755), file('a/b', 'x', 0o644)]);
    expect(one.bytes.equals(two.bytes)).toBe(true);
    expect(one.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('changes with a content, a name and an execute bit', async () => {
    const digests = await Promise.all(
      [file('a', 'x'), file('a', 'y'), file('b', 'x'), file('a', 'x', 0o755)].map(
        async (one) => (await createArchive([one])).digest,
      ),
    );
    expect(new Set(digests).size).toBe(4);
  });

  it('has the bytes it had in every release, in any time zone and under any umask', () => {
    const script = `
      import { createArchive } from ${JSON.stringify(join(import.meta.dirname, '../../src/registry/archive.ts'))};
      process.umask(Number(process.env.MASK));
      const file = (path, content, mode) => ({ path, mode, read: () => Buffer.from(content) });
      const body = 'apiVersion: v1\\nkind: ConfigMap\\nmetadata:\\n  name: example\\n'.repeat(50);
      const { digest } = await createArchive([file('apps/cm.yaml', body, 0o644), file('run.sh', 'true', 0o755), file('ü', '', 0o644)]);
      process.stdout.write(digest);`;
    const digestUnder = (TZ: string, MASK: string, LC_ALL: string) =>
      execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        env: { ...process.env, TZ, MASK, LC_ALL },
        encoding: 'utf8',
      });
    const digests = [digestUnder('UTC', '18', 'C'), digestUnder('Pacific/Auckland', '63', 'tr_TR.UTF-8')];
    expect(digests).toEqual([PINNED_DIGEST, PINNED_DIGEST]);
  });

  it('tells nothing of when and where it was made', async () => {
    const { bytes } = await createArchive([file('a.yaml')]);
    expect([...bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    const unpacked = gunzipSync(bytes);
    expect(unpacked.subarray(108, 124).toString('latin1')).toBe('0000000\u00000000000\u0000');
    expect(unpacked.subarray(136, 148).toString('latin1')).toBe('00000000000\u0000');
    expect(unpacked.length % 512).toBe(0);
  });

  it.each([['../escape'], ['/absolute'], ['a/../b'], ['a//b'], ['./a'], [''], ['nul\0']])(
    'refuses the path %j',
    (path) => {
      expect(() => tar([file(path)])).toThrow('expected a path below');
    },
  );

  it('refuses what cannot be unpacked: a path twice, a file that is also a directory', () => {
    expect(() => tar([file('a'), file('a')])).toThrow('a occurs twice');
    expect(() => tar([file('a/b'), file('a')])).toThrow('a is a file and a directory');
  });
});

const PINNED_DIGEST = 'sha256:230930fc27bc93429c99569f425cb2f684f13c69832f9922cc8e3593da530f7a';
