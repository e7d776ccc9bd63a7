import { build } from '../../models/kustomize-build.ts';
import { REQUESTED_AT } from '../../src/effects/ask-flux.ts';
import { endOthers } from './isolation-actions.ts';
import { pathOf, sourceOf } from './kustomize-controller.ts';
import { BROKEN, configMap, kustomization } from './layout.ts';
import { idOf } from './simulated-cluster.ts';
import type { ClusterStep, FileStep, StepOf } from './step.ts';
import type { World } from './world.ts';

/** What somebody does to the files. */
export function changeFile(world: World, step: FileStep) {
  const path = nth(filesFor(world, step.do), step.pick);
  if (path === undefined) return;
  const text = world.files.files.get(path) ?? '';
  switch (step.do) {
    case 'save':
    case 'write-notes':
      return world.write(path, edited(path, text, step.value));
    case 'touch':
      return world.write(path, text);
    case 'revert':
      return world.write(path, (text === BROKEN ? world.unbroken.get(path) : world.layout.files[path]) ?? text);
    case 'break':
      if (text !== BROKEN) world.unbroken.set(path, text);
      return world.write(path, BROKEN);
    case 'delete':
      return world.write(path, undefined);
    case 'rename':
      world.write(path, undefined);
      return world.write(`${path.slice(0, path.lastIndexOf('/'))}/renamed-${step.value}${endingOf(path)}`, text);
  }
}

function filesFor(world: World, what: FileStep['do']): string[] {
  const paths = [...world.files.files.keys()];
  switch (what) {
    case 'write-notes':
      return paths.filter((path) => path.endsWith('.txt') || path.endsWith('.md'));
    case 'rename':
    case 'save':
      return paths.filter((path) => isManifest(path) || path.endsWith('.env'));
    case 'revert':
      return paths.filter(
        (path) => world.layout.files[path] !== undefined && world.layout.files[path] !== world.files.files.get(path),
      );
    case 'delete':
      return paths.filter((path) => path.startsWith('apps/'));
    default:
      return paths;
  }
}

function endingOf(path: string): string {
  return path.slice(path.lastIndexOf('.'));
}

function isManifest(path: string): boolean {
  return path.endsWith('.yaml') && !path.endsWith('kustomization.yaml');
}

function edited(path: string, text: string, value: number): string {
  if (!isManifest(path)) return path.endsWith('.env') ? `A=${value}\n` : `notes ${value}\n`;
  const name = /^ {2}name: (\S+)$/m.exec(text)?.[1] ?? path.replaceAll(/[/.]/g, '-');
  return configMap(name, value);
}

/** An edit of a kustomization file: another base more or less, nothing at all left, or a file that is there and was not read. */
export function rewire(world: World, { pick, value }: StepOf<'rewire'>) {
  const path = nth(
    [...world.files.files.keys()].filter((file) => file.endsWith('kustomization.yaml')),
    pick,
  );
  if (path === undefined) return;
  const directory = path.slice(0, path.lastIndexOf('/'));
  const own = [...world.files.files.keys()]
    .filter((file) => file.startsWith(`${directory}/`) && isManifest(file))
    .map((file) => file.slice(directory.length + 1));
  const isApp = path.startsWith('apps/') && !isComposed(world, directory);
  const bases = isApp ? ['b0', 'b1'].filter((_, bit) => (value >> bit) & 1).map((base) => `../../base/${base}`) : [];
  world.write(path, kustomization(value % 16 === 15 ? [] : [...own, ...bases]));
}

/** What reads a composed artifact must stand alone. */
function isComposed(world: World, directory: string): boolean {
  const reader = world.layout.objects.find(
    (object) => (object.spec?.sourceRef as { kind?: string } | undefined)?.kind === 'ExternalArtifact',
  );
  return reader !== undefined && directory.replace(/-moved$/, '') === pathOf(reader);
}

/** First everything is gone from the old place, then it comes at the new one; or, done in one go, the other way round. */
export function moveDirectory(world: World, { pick }: StepOf<'move-directory'>) {
  const directories = [
    ...new Set(
      [...world.files.files.keys()]
        .filter((path) => path.split('/').length === 3)
        .map((path) => path.split('/').slice(0, 2).join('/')),
    ),
  ];
  const from = nth(directories, pick);
  if (from === undefined) return;
  const to = from.endsWith('-moved') ? from.slice(0, -'-moved'.length) : `${from}-moved`;
  const moved = [...world.files.files].filter(([path]) => path.startsWith(`${from}/`));
  for (const [path] of moved) world.write(path, undefined);
  for (const [path, text] of moved) {
    const place = to + path.slice(from.length);
    const unbroken = world.unbroken.get(path);
    if (unbroken !== undefined) world.unbroken.set(place, unbroken);
    world.unwritten.push([place, text]);
  }
}

/** Another branch: files differ, come and go. git writes them one by one. */
export function checkout(world: World, { pick, files, isLocked }: StepOf<'checkout'>): void {
  const known = [...world.files.files.keys()].filter((path) => isManifest(path));
  for (let index = 0; index < files; index += 1) {
    const path = known[(pick + index * 7) % Math.max(1, known.length)];
    if (index < known.length && path !== undefined) {
      world.unwritten.push([path, edited(path, world.files.files.get(path) ?? '', (pick + index) % 5)]);
    } else {
      const extra = `base/extra${index % 4}/file${index}.yaml`;
      world.unwritten.push([
        extra,
        pick % 3 === 0 && world.files.files.has(extra) ? undefined : configMap(`extra-${index}`, pick % 5),
      ]);
    }
  }
  if (isLocked) world.files.isLocked = true;
}

export function writeOn(world: World, count: number): void {
  for (const [path, text] of world.unwritten.splice(0, count)) world.write(path, text);
  if (world.unwritten.length === 0) world.files.isLocked = false;
}

/** What others do in the cluster. */
export function changeCluster(world: World, step: ClusterStep) {
  const { cluster, flux } = world;
  const id = nth(world.targets, step.pick) ?? '';
  switch (step.do) {
    case 'suspend':
      return cluster.setSpec(id, { suspend: true });
    case 'resume':
      return cluster.setSpec(id, { suspend: false });
    case 'slow':
      if (flux.slow.size < 2) flux.slow.add(id);
      return;
    case 'fail':
      flux.failing.add(id);
      return;
    case 'recover':
      flux.slow.delete(id);
      flux.failing.delete(id);
      return;
    case 'ask':
      return cluster.annotate(id, { [REQUESTED_AT]: `another tool at ${world.clock.now}.${cluster.version}` });
    case 'create':
      for (const object of [...world.layout.spares, ...world.layout.objects]) cluster.create(object);
      return;
    case 'remove':
      return removeTarget(world, id);
    case 'repath':
      return repath(world, id, step.pick);
    case 'reset':
      return reset(world, id);
  }
}

function removeTarget(world: World, id: string): void {
  if (world.targets.length < 2) return;
  world.cluster.remove(id);
  world.flux.slow.delete(id);
  world.flux.failing.delete(id);
}

/** To the directory of another target and back. */
function repath(world: World, id: string, pick: number): void {
  const object = world.cluster.objects.get(id);
  if (object === undefined || !sourceOf(object).startsWith('OCIRepository/')) return;
  const own = `./apps/${object.metadata.name}`;
  const other = `./apps/s0`;
  world.cluster.setSpec(id, { path: object.spec?.path === own && pick % 2 === 0 ? other : own });
}

/** The parent Kustomization applies the object as its manifest has it. */
function reset(world: World, id: string): void {
  const manifest = [...world.layout.objects, ...world.layout.spares].find((object) => idOf(object) === id);
  const { spec } = manifest ?? {};
  if (spec !== undefined) world.own.byOthers(() => world.cluster.setSpec(id, spec));
}

/** Everything that ails the world ends: outages, broken files, suspended objects, slow targets where `alsoTargets`. */
export function heal(world: World, alsoTargets: boolean): void {
  const { cluster, files } = world;
  world.outages.clear();
  world.nextFates = [];
  writeOn(world, Number.POSITIVE_INFINITY);
  if (alsoTargets) {
    world.flux.slow.clear();
    world.flux.failing.clear();
  }
  cluster.setSpec('OCIRepository/flux-system/shop', { suspend: false });
  world.own.byOthers(() => endOthers(world));
  // What others depend on is there again.
  for (const object of world.layout.objects) cluster.create(object);
  // What somebody broke is undone: it is as it was, and nothing differs from what was there before.
  for (const [path, text] of files.files)
    if (text === BROKEN) world.write(path, world.unbroken.get(path) ?? originalOf(world, path));
  for (const object of cluster.ofKind('Kustomization')) {
    cluster.setSpec(idOf(object), { suspend: false });
    mend(world, pathOf(object));
  }
}

/** Makes what lies at `path` something that can be built, and that is something. */
function mend(world: World, path: string): void {
  const found = build(world.files.files, path);
  if (found.kind === 'made' && found.objects > 0) return;
  for (const file of Object.keys(world.layout.files)) {
    const isNeeded = file.startsWith(`${path}/`) || file.startsWith('base/');
    if (isNeeded && world.files.files.get(file) !== world.layout.files[file])
      world.write(file, originalOf(world, file));
  }
}

function originalOf(world: World, path: string): string {
  return world.layout.files[path] ?? configMap(path.replaceAll(/[/.]/g, '-'), 0);
}

export function nth<T>(choices: readonly T[], pick: number): T | undefined {
  return choices[pick % Math.max(1, choices.length)];
}
