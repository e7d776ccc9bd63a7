import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FailureError } from '../../src/domain/failure.ts';
import { credentialsFor } from '../../src/registry/credentials.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** A home with this Docker config and these helper programs on the PATH. */
function home(config: unknown, helpers: Record<string, string> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'docker-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, '.docker'));
  if (config !== undefined) {
    writeFileSync(
      join(directory, '.docker', 'config.json'),
      typeof config === 'string' ? config : JSON.stringify(config),
    );
  }
  for (const [name, script] of Object.entries(helpers)) {
    writeFileSync(join(directory, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`);
    chmodSync(join(directory, `docker-credential-${name}`), 0o755);
  }
  return { homeDirectory: directory, env: { PATH: `${directory}:${process.env.PATH}` } };
}

describe('credentials for a registry', () => {
  it.each<[string, unknown, string, unknown]>([
    [
      'auth in base64',
      { auths: { 'ghcr.io': { auth: base64('me:se:cret') } } },
      'ghcr.io',
      { kind: 'basic', username: 'me', password: 'se:cret' },
    ],
    [
      'username and password',
      { auths: { 'r:5000': { username: 'u', password: 'p' } } },
      'r:5000',
      { kind: 'basic', username: 'u', password: 'p' },
    ],
    [
      'a key with scheme and path',
      { auths: { 'https://r.example/v2/': { auth: base64('u:p') } } },
      'r.example',
      { kind: 'basic', username: 'u', password: 'p' },
    ],
    [
      'an identity token',
      { auths: { r: { auth: base64('u:'), identitytoken: 'it' } } },
      'r',
      { kind: 'identity-token', token: 'it' },
    ],
    [
      'Docker Hub by its old key',
      { auths: { 'https://index.docker.io/v1/': { auth: base64('u:p') } } },
      'docker.io',
      { kind: 'basic', username: 'u', password: 'p' },
    ],
    ['another registry', { auths: { 'ghcr.io': { auth: base64('u:p') } } }, 'quay.io', undefined],
    ['another port', { auths: { 'localhost:5000': { auth: base64('u:p') } } }, 'localhost:5001', undefined],
    ['an empty entry', { auths: { 'ghcr.io': {} } }, 'ghcr.io', undefined],
    ['no config file', undefined, 'ghcr.io', undefined],
  ])('%s', async (_what, config, registry, expected) => {
    expect(await credentialsFor(registry, home(config))).toEqual(expected);
  });

  it('come from $DOCKER_CONFIG when it is set', async () => {
    const { homeDirectory } = home({ auths: { r: { auth: base64('u:p') } } });
    const options = { homeDirectory: '/nonexistent', env: { DOCKER_CONFIG: join(homeDirectory, '.docker') } };
    expect(await credentialsFor('r', options)).toMatchObject({ username: 'u' });
  });

  it("come from the helper of the registry before the store for all, which is asked by the registry's name", async () => {
    const say = (user: string) => `read server; echo '{"Username":"${user}","Secret":"'"$server"'"}'`;
    const options = home(
      { credsStore: 'all', credHelpers: { 'ghcr.io': 'one' } },
      { all: say('all'), one: say('one') },
    );
    expect(await credentialsFor('ghcr.io', options)).toEqual({ kind: 'basic', username: 'one', password: 'ghcr.io' });
    expect(await credentialsFor('quay.io', options)).toEqual({ kind: 'basic', username: 'all', password: 'quay.io' });
  });

  it('fall back to the file, then to none, when the helper has nothing', async () => {
    const options = home(
      { credsStore: 'none', auths: { r: { auth: base64('u:p') } } },
      { none: 'echo "credentials not found in native keychain"; exit 1' },
    );
    expect(await credentialsFor('r', options)).toMatchObject({ username: 'u' });
    expect(await credentialsFor('s', options)).toBeUndefined();
  });

  it('take <token> from a helper as an identity token', async () => {
    const options = home({ credsStore: 'tok' }, { tok: `echo '{"Username":"<token>","Secret":"t"}'` });
    expect(await credentialsFor('r', options)).toEqual({ kind: 'identity-token', token: 't' });
  });

  it.each<[string, unknown, Record<string, string>, RegExp]>([
    ['a helper that is not installed', { credsStore: 'absent' }, {}, /docker-credential-absent.*ENOENT/],
    ['a helper that fails', { credsStore: 'bad' }, { bad: 'echo locked; exit 2' }, /ended with code 2: locked/],
    ['a helper that says nonsense', { credsStore: 'bad' }, { bad: 'echo hello' }, /expected JSON with Username/],
    ['a broken config file', '{\n  "auths": {,\n}', {}, /config\.json:2:\d+: expected the Docker config/],
    ['a config file that is a list', '[]', {}, /config\.json:1:1: expected the Docker config/],
    ['an auth that is no user:password', { auths: { r: { auth: base64('nothing') } } }, {}, /base64 of user:password/],
  ])('%s is said clearly', async (_what, config, helpers, message) => {
    const asked = credentialsFor('r', home(config, helpers));
    await expect(asked).rejects.toThrow(message);
    await expect(asked).rejects.toBeInstanceOf(FailureError);
  });
});
