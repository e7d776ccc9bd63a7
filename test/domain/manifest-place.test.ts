import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { ManifestPlaces } from '../../src/domain/manifest-place.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import { MemoryTree } from '../support/memory-tree.ts';

const FILES = {
  'apps/kustomization.yaml': 'resources:\n- web.yaml\n- more.yaml\n',
  'apps/more.yaml': 'kind: ConfigMap\nmetadata:\n  name: web\n---\nkind: Deployment\nmetadata:\n  name: web-canary\n',
  'apps/web.yaml': [
    '# what serves the pages',
    'kind: Deployment',
    'metadata:',
    '  name: web',
    'spec:',
    '  replicas: many',
    '  template:',
    '    spec:',
    '      containers:',
    '      - name: log',
    '        image: a',
    '      - name: web',
    '        prots: []',
    '        ports:',
    '        - containerPort: x',
    '',
  ].join('\n'),
};

function placeOf(name: string, message: string, kind = 'Deployment'): string | undefined {
  const places = new ManifestPlaces(new MemoryTree(FILES), DEFAULT_LIMITS);
  const object = { apiVersion: 'apps/v1', kind, metadata: { name } };
  const found = places.find(object, message, Object.keys(FILES) as RelativePath[]);
  return found === undefined ? undefined : `${found.path}:${found.line}:${found.column}`;
}

const typed = (text: string): string => `failed to create typed patch object (/web; apps/v1, Kind=Deployment): ${text}`;

describe('the place of what an API server refuses', () => {
  it.each([
    ['.spec.replicas: expected numeric (int or float), got string', 'apps/web.yaml:6:3'],
    ['.spec.template.spec.containers[name="web"].prots: field not declared in schema', 'apps/web.yaml:13:9'],
    [
      '.spec.template.spec.containers[name="web"].ports[containerPort="x",protocol="TCP"].containerPort: expected numeric',
      'apps/web.yaml:15:11',
    ],
    ['spec.template.spec.containers[0].image: Invalid value: "a"', 'apps/web.yaml:11:9'],
  ])('is that of the field: %s', (text, place) => {
    expect(placeOf('web', typed(text))).toBe(place);
  });

  it('is what is there of a field that is missing, or the document', () => {
    expect(placeOf('web', 'spec.selector.matchLabels: Required value')).toBe('apps/web.yaml:5:1');
    expect(placeOf('web', 'metadata is not what it should be')).toBe('apps/web.yaml:2:1');
  });

  it('is found by the name before a prefix and suffix, the very name first', () => {
    expect(placeOf('dev-web-canary-v2', 'wrong')).toBe('apps/more.yaml:5:1');
    expect(placeOf('web', 'wrong', 'ConfigMap')).toBe('apps/more.yaml:1:1');
  });

  it('is none where no file has such an object', () => {
    expect(placeOf('web', 'wrong', 'Service')).toBeUndefined();
  });
});
