// The layers of docs/ARCHITECTURE.md, one rule each: a folder may import only what is listed for it.
const layers = {
  domain: [],
  machines: ['domain'],
  engine: ['domain', 'machines'],
  cluster: ['domain', 'machines'],
  registry: ['domain', 'machines'],
  streams: ['domain', 'machines', 'engine', 'cluster', 'registry'],
  effects: ['domain', 'machines', 'engine', 'cluster', 'registry'],
  projections: ['domain', 'machines'],
  ui: ['domain', 'machines', 'projections'],
  embedded: ['domain'],
};
const layerRules = Object.entries(layers).map(([layer, allowed]) => ({
  name: `layer-${layer}`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^src/', pathNot: `^src/(${[layer, ...allowed].join('|')})/` },
}));
module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'models-know-only-the-domain',
      severity: 'error',
      from: { path: '^models/' },
      to: { path: '^src/', pathNot: '^src/domain/' },
    },
    {
      name: 'embedded-only-for-cli-and-index',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(embedded|cli)/' },
      to: { path: '^src/embedded/' },
    },
    {
      name: 'pure-layers-do-no-io',
      severity: 'error',
      from: { path: '^src/(domain|machines)/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
