// Who may import whom: the table of STYLE.md, as rules. A wrong arrow fails the build.

const pure = ['market', 'verification', 'ledger', 'governance', 'workflow', 'availability']
const adapters = ['storage', 'network', 'compute', 'gpu', 'hardware', 'monitoring']

/** A layer of src-main may import itself and the listed paths, nothing else of ours. */
const layer = (name, may) => ({
  name: `layer-${name}`,
  severity: 'error',
  comment: `src-main/${name} may import ${may.length ? may.join(', ') : 'nothing else of ours'}`,
  from: { path: `^src-main/${name}/`, pathNot: '\\.(attack|bench|contract|fuzz|test|fixture)\\.ts$' },
  to: {
    path: '^(src-main|src-preload|src-renderer|wasm)/',
    pathNot: [`^src-main/${name}/`, ...may.map((m) => `^${m}`)],
  },
})

/** An npm package that only the listed paths may import. */
const owner = (pkg, paths) => ({
  name: `owner-${pkg.replace(/[^a-z0-9]+/g, '-')}`,
  severity: 'error',
  comment: `${pkg} has one owner: ${paths.join(', ')}`,
  from: { pathNot: paths.map((p) => `^${p}`) },
  to: { path: `^node_modules/${pkg}` },
})

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    // `node` is the name of Node's types in a reference, no module.
    { name: 'not-resolved', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^node$' } },
    layer('protocol', []),
    ...pure.map((name) => layer(name, ['src-main/protocol/'])),
    layer('peer', ['src-main/protocol/', ...pure.map((p) => `src-main/${p}/`)]),
    layer('ports', ['src-main/protocol/']),
    layer('sealing', ['src-main/protocol/']),
    ...adapters.map((name) =>
      layer(name, [
        'src-main/ports/',
        'src-main/protocol/',
        ...(name === 'compute' ? ['wasm/', 'src-main/sealing/', 'src-main/quick-resolve.ts'] : []),
      ]),
    ),
    layer('runtime', [
      'src-main/ports/',
      'src-main/peer/',
      'src-main/availability/',
      'src-main/sealing/',
      'src-main/protocol/',
    ]),
    layer('jobs', [
      'src-main/runtime/',
      'src-main/ports/',
      'src-main/peer/',
      'src-main/sealing/',
      'src-main/protocol/',
      'src-preload/contract/',
    ]),
    {
      name: 'kinds-apart',
      severity: 'error',
      comment: 'a kind of job imports no other kind: what several need lies beside their folders',
      from: { path: '^(src-main/jobs|src-main/cli/job-kinds)/([^/]+)/' },
      to: { path: '^$1/[^/]+/', pathNot: '^$1/$2/' },
    },
    {
      name: 'only-tables-know-kinds',
      severity: 'error',
      comment: 'everybody else asks the table of kinds',
      from: {
        path: '^src-main/',
        pathNot: ['^src-main/jobs/([^/]+/|kinds\\.ts$)', '\\.(attack|bench|fuzz|test|fixture)\\.ts$'],
      },
      to: { path: '^src-main/jobs/[^/]+/' },
    },
    layer('api', [
      'src-main/jobs/',
      'src-main/runtime/',
      'src-main/ports/',
      'src-main/peer/',
      'src-main/availability/',
      'src-main/sealing/',
      'src-main/protocol/',
      'src-preload/contract/',
    ]),
    layer('sim', ['src-main/runtime/', 'src-main/peer/', 'src-main/ports/', 'src-main/protocol/']),
    layer('cli', [
      'src-main/assemble.ts',
      'src-main/peer-folder.ts',
      'src-main/daemon.ts',
      'src-main/load-quickly.ts',
      'src-main/api/',
      'src-main/jobs/local-task.ts',
      'src-main/ports/',
      'src-main/protocol/',
      'src-preload/contract/',
    ]),
    {
      name: 'pure-modules-touch-nothing',
      severity: 'error',
      comment: 'protocol and the decision modules have no node:, no I/O; only zod, multiformats and dag-cbor',
      from: {
        path: `^src-main/(protocol|peer|${pure.join('|')})/`,
        pathNot: '\\.(attack|bench|fuzz|test|fixture)\\.ts$',
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-modules-packages',
      severity: 'error',
      from: {
        path: `^src-main/(protocol|peer|${pure.join('|')})/`,
        pathNot: '\\.(attack|bench|fuzz|test|fixture)\\.ts$',
      },
      to: { path: '^node_modules/', pathNot: '^node_modules/(zod|multiformats|@ipld/dag-cbor)/' },
    },
    {
      name: 'sim-is-not-product',
      severity: 'error',
      from: { pathNot: '^src-main/sim/' },
      to: { path: '^src-main/sim/' },
    },
    {
      name: 'contract-imports',
      severity: 'error',
      from: { path: '^src-preload/contract/', pathNot: '\\.test\\.ts$' },
      to: {
        pathNot: ['^src-preload/contract/', '^src-main/protocol/', '^node_modules/(zod|@orpc/contract)/'],
      },
    },
    {
      name: 'text-imports',
      severity: 'error',
      comment: 'the catalogue knows the contract’s types, and nothing else',
      from: { path: '^src-preload/text/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^src-preload/text/', '^src-preload/contract/index\\.ts$'] },
    },
    {
      name: 'renderer-imports',
      severity: 'error',
      comment: 'the window knows the contract and the catalogue, and nothing of the node behind them',
      from: { path: '^src-renderer/', pathNot: '\\.(bench|test|fixture)\\.tsx?$' },
      to: {
        pathNot: ['^src-renderer/', '^src-preload/(contract|text)/index\\.ts$', '^node_modules/'],
      },
    },
    {
      name: 'features-apart',
      severity: 'error',
      comment: 'a feature never imports another: what two of them need has a place of its own',
      from: { path: '^src-renderer/features/([^/]+)/' },
      to: { path: '^src-renderer/features/', pathNot: '^src-renderer/features/$1/' },
    },
    {
      name: 'only-the-frame-opens-features',
      severity: 'error',
      from: { path: '^src-renderer/', pathNot: '^src-renderer/(features/|frame/screens\\.tsx$)' },
      to: { path: '^src-renderer/features/' },
    },
    {
      name: 'only-the-table-opens-job-kinds',
      severity: 'error',
      comment: 'a kind of job is a folder and a line in kinds.ts: all others ask the table',
      from: {
        path: '^src-renderer/',
        pathNot: ['^src-renderer/job-kinds/kinds\\.ts$', '^src-renderer/job-kinds/[^/]+/', '\\.test\\.tsx?$'],
      },
      to: { path: '^src-renderer/job-kinds/[^/]+/' },
    },
    {
      name: 'job-kinds-apart',
      severity: 'error',
      comment: 'kinds of jobs do not know each other, nor the table that has them',
      from: { path: '^src-renderer/job-kinds/([^/]+)/', pathNot: '\\.test\\.tsx?$' },
      to: {
        path: '^src-renderer/job-kinds/',
        pathNot: [
          '^src-renderer/job-kinds/$1/',
          '^src-renderer/job-kinds/(job-kind\\.ts|placed-thumbnail\\.tsx|save-result-button\\.tsx)$',
          '\\.module\\.css$',
        ],
      },
    },
    {
      name: 'only-the-text-table-opens-kinds',
      severity: 'error',
      comment: 'words of a kind are reached by the table of their language',
      from: {
        path: '^src-preload/text/',
        pathNot: ['/job-kinds/', '\\.test\\.ts$'],
      },
      to: { path: '^src-preload/text/[^/]+/job-kinds/', pathNot: '/job-kinds/kinds\\.ts$' },
    },
    {
      name: 'job-kinds-below-the-features',
      severity: 'error',
      comment: 'state and parts know no kind of job',
      from: { path: '^src-renderer/(connection|state|theme|ui|pairing)/' },
      to: { path: '^src-renderer/job-kinds/' },
    },
    {
      name: 'ui-knows-no-domain',
      severity: 'error',
      comment: 'the parts in ui/ speak and look, and know nothing of jobs and people',
      from: { path: '^src-renderer/ui/', pathNot: '\\.test\\.tsx?$' },
      to: {
        path: '^src-(renderer|preload)/',
        pathNot: [
          '^src-renderer/(ui|theme)/',
          '^src-renderer/state/(text|visibility)\\.',
          '^src-preload/text/',
        ],
      },
    },
    {
      name: 'below-the-screens',
      severity: 'error',
      comment: 'connection, mirror, looks, parts and job kinds do not know who shows them',
      from: { path: '^src-renderer/(connection|state|theme|ui|pairing|job-kinds)/' },
      to: { path: '^src-renderer/(frame/|features/|app\\.tsx|main\\.tsx)' },
    },
    {
      name: 'tests-of-the-app-are-not-product',
      severity: 'error',
      from: { pathNot: '^e2e/' },
      to: { path: '^e2e/' },
    },
    owner('(@playwright/|axe-core)', ['e2e/', 'src-renderer/[^/]+\\.bench\\.ts$']),
    owner('better-sqlite3', ['src-main/storage/']),
    owner('(@libp2p|libp2p|@multiformats)/', ['src-main/network/']),
    owner('@noble/', ['src-main/network/']),
    owner('piscina', ['src-main/compute/']),
    owner('systeminformation', ['src-main/hardware/']),
    owner('electron/', ['src-main/shell/', 'src-main/index.ts', 'src-preload/']),
    owner('(@orpc/(server|client)|ws)/', [
      'src-main/api/',
      'src-renderer/connection/',
      'src-renderer/component\\.fixture\\.tsx$',
    ]),
    owner('(react|react-dom|@mantine|@tabler|@tanstack|wouter|zustand|recharts|dayjs|uqr)/', [
      'src-renderer/',
    ]),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^wasm/build', '^wasm/[^/]+/assembly'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
}
