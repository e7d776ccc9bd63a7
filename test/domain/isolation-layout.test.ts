import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { application, carriedOut, kustomization, planFor, repository, SOURCE } from './isolation-fixture.ts';

const manifest = (sourceRef: string) => kustomization('web', './apps/web', sourceRef);

async function editedManifest(text: string): Promise<string | undefined> {
  const files = { ...repository('web'), 'cluster/web.yaml': text };
  return carriedOut(files, await planFor(files))['cluster/web.yaml'];
}

describe('a manifest keeps its layout', () => {
  it.each([
    ['double quotes', '  sourceRef:\n    kind: "OCIRepository"\n    name: "shop"   # which\n'],
    ['single quotes', "  sourceRef:\n    name: 'shop'\n    kind: OCIRepository\n"],
    ['flow style', '  sourceRef: { kind: OCIRepository, name: shop } # all in one\n'],
    ['JSON in YAML', '  sourceRef: {"kind": "OCIRepository", "name": "shop"}\n'],
    ['odd indentation', '  sourceRef:\n         name:    shop\n\n         # why\n         kind: OCIRepository\n'],
    ['no newline at the end', '  sourceRef:\n    kind: OCIRepository\n    name: shop'],
  ])('%s', async (_, sourceRef) => {
    expect(await editedManifest(manifest(sourceRef))).toBe(manifest(sourceRef.replace('shop', 'web')));
  });

  it('Windows line endings', async () => {
    const text = manifest('  sourceRef:\n    kind: OCIRepository\n    name: shop\n').replaceAll('\n', '\r\n');
    expect(await editedManifest(text)).toBe(text.replace('name: shop', 'name: web'));
  });

  it('a byte-order mark, a leading comment and a document end', async () => {
    const text = `\ufeff# a comment\n---\n${manifest('  sourceRef:\n    kind: OCIRepository\n    name: shop\n')}...\n`;
    expect(await editedManifest(text)).toBe(text.replace('name: shop', 'name: web'));
  });

  it('the items of a List', async () => {
    const item = manifest('  sourceRef:\n    kind: OCIRepository\n    name: shop\n').replaceAll(/^(?=.)/gm, '    ');
    const text = `apiVersion: v1\nkind: List\nitems:\n  -\n${item}`;
    expect(await editedManifest(text)).toBe(text.replace('name: shop', 'name: web'));
  });

  it('quotes a name that YAML would take for something else', async () => {
    const text = kustomization('1e3', './apps/web');
    const files = { ...repository('web'), 'cluster/web.yaml': text.replace('name: 1e3', 'name: "1e3"') };
    const changed = carriedOut(files, await planFor(files));
    expect(changed['cluster/web.yaml']).toContain('    name: "1e3"\n');
    expect(changed['cluster/isolated-sources.yaml']).toContain('  name: "1e3"\n');
  });

  it('a namespace of its own in sourceRef follows', async () => {
    const text = manifest('  sourceRef:\n    kind: OCIRepository\n    name: shop\n    namespace: flux-system\n');
    const elsewhere = text.replace('namespace: flux-system', 'namespace: web');
    expect(await editedManifest(elsewhere)).toBe(
      elsewhere.replace('name: shop\n    namespace: flux-system', 'name: web\n    namespace: web'),
    );
  });
});

describe('a list of resources keeps its layout', () => {
  it.each([
    [
      'resources:\n- ./source.yaml # the source\n- web.yaml\n',
      'resources:\n- ./source.yaml # the source\n- ./isolated-sources.yaml\n- web.yaml\n',
    ],
    ['resources: [source.yaml, web.yaml]\n', 'resources: [source.yaml, isolated-sources.yaml, web.yaml]\n'],
    ['resources: ["web.yaml", "source.yaml"]', 'resources: ["web.yaml", "source.yaml", "isolated-sources.yaml"]'],
    [
      "resources:\n    - web.yaml\n    - 'source.yaml'",
      "resources:\n    - web.yaml\n    - 'source.yaml'\n    - 'isolated-sources.yaml'",
    ],
    [
      'resources:\r\n  - source.yaml\r\n  - web.yaml\r\n',
      'resources:\r\n  - source.yaml\r\n  - isolated-sources.yaml\r\n  - web.yaml\r\n',
    ],
  ])('%j', async (before, expected) => {
    const files = { ...repository('web'), 'cluster/kustomization.yaml': before };
    expect(carriedOut(files, await planFor(files))['cluster/kustomization.yaml']).toBe(expected);
  });

  it('of another directory too', async () => {
    const files = {
      'sources/shop.yaml': SOURCE,
      'cluster/kustomization.yaml': 'resources:\n- ../sources/shop.yaml\n- web.yaml\n',
      'cluster/web.yaml': kustomization('web'),
      ...application('web'),
    };
    const changed = carriedOut(files, await planFor(files));
    expect(changed['cluster/kustomization.yaml']).toBe(
      'resources:\n- ../sources/shop.yaml\n- ../sources/isolated-sources.yaml\n- web.yaml\n',
    );
    expect(changed['sources/isolated-sources.yaml']).toContain('name: web\n');
  });
});

describe('whatever the layout', () => {
  const eol = fc.constantFrom('\n', '\r\n');
  const comment = fc.constantFrom('', '# a\n', '\n', '# ünï: [ { "\n\n');
  const tail = fc.constantFrom('', '\n', '...\n', '---\n', '# end', '\n\n# end\n');
  const style = fc.record({
    indent: fc.constantFrom('  ', '    ', '   '),
    quote: fc.constantFrom('', '"', "'"),
    flow: fc.boolean(),
    before: comment,
    inside: comment.filter((text) => !text.includes('[')),
    tail,
    marker: fc.boolean(),
  });

  function written(name: string, like: typeof style extends fc.Arbitrary<infer Style> ? Style : never): string {
    const q = (text: string) => `${like.quote}${text}${like.quote}`;
    const i = like.indent;
    const ref = like.flow
      ? `${i}sourceRef: {kind: ${q('OCIRepository')}, name: ${q('shop')}}\n`
      : `${i}sourceRef:\n${i}${i}kind: ${q('OCIRepository')}\n${like.inside}${i}${i}name: ${q('shop')} # here\n`;
    const head = `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n${i}name: ${name}\n${i}namespace: flux-system\n`;
    return `${like.before}${like.marker ? '---\n' : ''}${head}spec:\n${i}path: ./apps/${name}\n${like.inside}${ref}${i}prune: true\n${like.tail}`;
  }

  it('only the wanted fields change, and a second run changes nothing', async () => {
    const file = fc.record({ eol, styles: fc.array(style, { minLength: 1, maxLength: 3 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 3 }), fc.boolean(), async (shapes, together) => {
        const files: Record<string, string> = together ? {} : { 'cluster/source.yaml': SOURCE };
        for (const [index, shape] of shapes.entries()) {
          const documents = shape.styles.map((like, at) => {
            const name = `k${index}-${at}`;
            Object.assign(files, application(name));
            // A tail that ends the document fits before the next one's separator.
            const text = written(name, { ...like, marker: at === 0 && like.marker });
            return text.endsWith('\n') || at === shape.styles.length - 1 ? text : `${text}\n`;
          });
          // The last one keeps its tail: that is what further documents are put behind.
          if (together && index === 0) documents.unshift(SOURCE);
          files[`cluster/f${index}.yaml`] = documents.join('---\n').replaceAll('\n', shape.eol);
        }
        const plan = await planFor(files);
        expect(plan.skipped).toEqual([]);
        const changed = carriedOut(files, plan);
        for (const [path, text] of Object.entries(files)) {
          // The edits are undone by name; what is left of the text is as it was, with at most documents behind it.
          const undone = changed[path]?.replaceAll(
            /(name: ["']?)k\d-\d(["']?)( # here|\})/g,
            (_, head: string, quote: string, rest: string) => `${head}shop${quote}${rest}`,
          );
          expect(undone?.slice(0, text.length)).toBe(text);
          if (!together || path !== 'cluster/f0.yaml') expect(undone).toBe(text);
        }
        expect((await planFor(changed)).files).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
