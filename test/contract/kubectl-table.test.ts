import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { customPrinter } from '../../src/embedded/api/table/custom-columns.ts';
import { tableOf } from '../../src/embedded/api/table.ts';
import { asArray, asObject, isJsonObject } from '../../src/embedded/json-value.ts';
import { ResourceRegistry } from '../../src/embedded/store/resource-registry.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { controlPlaneExecutable, whySkipped } from '../control-plane/executables.ts';
import { call } from './kubectl/api-call.ts';
import { CUSTOM_OBJECTS, CUSTOM_PATH, DEFINITION } from './kubectl/custom-columns.ts';
import { NAMESPACE, PRINTED } from './kubectl/printed-objects.ts';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

let server: ControlPlane;
const skipped = whySkipped(controlPlaneExecutable());

describe.skipIf(skipped !== undefined)('tables are, cell by cell, those of the real server', () => {
  beforeAll(async () => {
    server = await startControlPlane();
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
    await call(server, 'POST', '/api/v1/namespaces', { body: namespace });
  }, 90_000);
  afterAll(() => server?.stop());

  const registry = new ResourceRegistry();
  const paths = [...new Set(PRINTED.map(({ path }) => path))];
  it.each(paths)('%s', async (path) => {
    for (const { object, status } of PRINTED.filter((each) => each.path === path)) {
      await call(server, 'POST', path, { body: object });
      if (status === undefined) continue;
      const name = String(asObject(object.metadata).name);
      const contentType = 'application/merge-patch+json';
      await call(server, 'PATCH', `${path}/${name}/status`, { body: { status }, contentType });
    }
    const [plural = ''] = path.split('/').slice(-1);
    const resource = registry.all().find((each) => each.plural === plural);
    if (resource === undefined) return expect.unreachable(`${plural} are not served`);
    const nowMs = Date.now();
    const found = await call(server, 'GET', path, { accept: TABLE });
    const list = await call(server, 'GET', path);
    const table = tableOf({
      resource,
      version: resource.versions[0] ?? '',
      objects: asArray(list.items) as readonly KubeObject[],
      metadata: asObject(list.metadata),
      includeObject: 'Metadata',
      nowMs,
    });
    expect(comparable(table)).toEqual(comparable(found));
  });

  it('columns of a CustomResourceDefinition are found by their JSONPath', async () => {
    await call(server, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: DEFINITION });
    for (const object of CUSTOM_OBJECTS) await createServed(server, object);
    const found = asArray((await call(server, 'GET', CUSTOM_PATH, { accept: TABLE })).rows).map(cellsOf);
    const objects = asArray((await call(server, 'GET', CUSTOM_PATH)).items) as readonly KubeObject[];
    const printer = customPrinter(DEFINITION.spec.versions[0].additionalPrinterColumns);
    const nowMs = Date.now();
    expect(objects.map((object) => settled(printer.cells(object, nowMs)))).toEqual(found.map(settled));
  });
});

/** A new kind is served a moment after its definition was accepted. */
async function createServed(server: ControlPlane, object: unknown): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      await call(server, 'POST', CUSTOM_PATH, { body: object });
      return;
    } catch (error) {
      if (!String(error).includes(': 404') || Date.now() > deadline) throw error;
    }
  }
}

function cellsOf(row: unknown): readonly unknown[] {
  return asArray(asObject(row).cells);
}

/** Ages of a few seconds differ by when they were asked for. */
function settled(cells: readonly unknown[]): readonly unknown[] {
  return cells.map((cell) => (typeof cell === 'string' && /^\d{1,2}s$/.test(cell) ? '<seconds>' : cell));
}

/** In the real server's memory this is a field of a DaemonSet, and an annotation only when it is written out as one. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

function withoutTemplateGeneration(object: unknown): unknown {
  const { metadata } = asObject(object);
  const { annotations, ...rest } = asObject(metadata);
  if (!Object.hasOwn(asObject(annotations), TEMPLATE_GENERATION)) return object;
  return { ...asObject(object), metadata: rest };
}

/** Without the columns' descriptions, which are left empty here. */
function comparable(table: Readonly<Record<string, unknown>>): unknown {
  const rows = asArray(table.rows).filter(isJsonObject);
  return {
    ...table,
    columnDefinitions: asArray(table.columnDefinitions).map((column) => ({ ...asObject(column), description: '' })),
    rows: rows.map((row) => ({ ...row, object: withoutTemplateGeneration(row.object), cells: settled(cellsOf(row)) })),
  };
}
