import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { idOf, type SmallWorld, startSmallWorld } from './small-world.ts';

const PASSWORD = 'hunter2-Zq7wXv';
const AUTH = Buffer.from(`somebody:${PASSWORD}`).toString('base64');

let world: SmallWorld | undefined;
afterEach(() => world?.stop());

/** Every byte below a directory, as text. */
function contentsBelow(directory: string): string {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((path) => join(directory, path))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n');
}

function writeDockerConfig(of: SmallWorld): void {
  mkdirSync(join(of.home, 'docker'));
  const config = { auths: { [of.registry.host]: { auth: AUTH } } };
  writeFileSync(join(of.home, 'docker', 'config.json'), JSON.stringify(config));
}

test.each([
  { name: 'accepted', password: PASSWORD },
  { name: 'refused', password: 'another' },
])('credentials that are $name appear neither in the log nor in any output', async ({ password }) => {
  const accepted = password === PASSWORD;
  world = await startSmallWorld({ registry: { credentials: { username: 'somebody', password } } });
  writeDockerConfig(world);
  // The cluster refuses some requests too, so that failures of both are logged.
  world.cluster.faults.next({ match: { verb: 'patch' }, status: 403, times: 1 });
  const watch = world.watch('--initial', '--hook', 'true');
  await watch.event({ machine: 'watch', type: 'StepRefused' });
  const before = watch.lastSeq;
  world.save('apps', 'second');
  // Flux's stand-in has no login, so the artifact is pushed and not fetched.
  if (accepted) await watch.event({ type: 'ArtifactPushed' }, before);
  else await watch.event({ machine: 'watch', type: 'StepRefused' }, before);
  watch.signal('SIGINT');
  await watch.closed;

  const printed = [watch.stdout, watch.stderr];
  for (const argv of [['log', '--json'], ['log'], ['status', '--json'], ['status'], ['replay', '--json']]) {
    const { code, stdout, stderr } = await world.run(...argv, '--log', world.log);
    expect(code).toBe(0);
    printed.push(stdout, stderr);
  }
  const everything = [...printed, contentsBelow(join(world.log, '..'))].join('\n');
  // What is searched is really there.
  expect(everything).toContain(idOf('apps'));
  expect(everything).toContain(world.registry.host);
  for (const secret of [PASSWORD, AUTH, world.cluster.token]) expect(everything).not.toContain(secret);
});

test('a token that the cluster refuses is not repeated in the error, in text or JSON', async () => {
  world = await startSmallWorld();
  const kubeconfig = join(world.home, 'wrong');
  writeFileSync(kubeconfig, world.cluster.kubeconfig.replaceAll(world.cluster.token, PASSWORD));
  for (const more of [[], ['--json']]) {
    const { code, stdout, stderr } = await world.run('watch', world.dir, '--kubeconfig', kubeconfig, ...more);
    expect(code).toBe(1);
    expect(stderr).toContain('401');
    expect(stdout + stderr).not.toContain(PASSWORD);
  }
});
