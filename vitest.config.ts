import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Tests of compute hosts and whole programs, and those that measure time or memory: each file has a process of its own. */
const ALONE = [
  'e2e/lab/*.test.ts',
  'src-main/{attack,cold-start,fuzz,quick-resolve}.test.ts',
  'src-main/compute/*.test.ts',
  'src-main/compute/hostile/**/*.test.ts',
  'src-main/compute/libraries/wasm/*.test.ts',
  'src-main/compute/metering/{equivalence,fuzz}/**/*.test.ts',
  'src-renderer/bundle.test.ts',
  // These set flags of the engine, or replace what is global.
  'src-main/compute/metering/metered-instance.test.ts',
  'src-main/compute/metering/parse/opcodes.test.ts',
  'src-main/compute/metering/scan/{charges,stack-use}.test.ts',
  'src-renderer/connection/{connection,dial}.test.ts',
  'src-renderer/job-kinds/render/gallery/thumbnails.test.ts',
]

/** Tests that start meshes, servers, hosts and daemons, and end what they start: files share a process and its modules. */
const MESHES = [
  'src-main/{api,cli,jobs,network,runtime,shell,storage}/**/*.test.ts',
  'src-main/compute/{host,session}/**/*.test.ts',
]

/** Modules are loaded by Node itself, as in the product; Vite's loader takes a tenth more processor time for the same. */
const NATIVE = { experimental: { viteModuleRunner: false } } as const

/**
 * Code that Node has compiled, without its types, for the processes of tests and all that they start: each loads a thousand files.
 * Compute hosts do without, since they must not write there.
 */
const COMPILE_CACHE = join(import.meta.dirname, 'out/compile-cache')

/** Of tests that wait most of the time, two files more at once than the cores of a small machine; they run last. */
const WAITING = { maxWorkers: 4, sequence: { groupOrder: 1 } } as const

/**
 * Of tests that compute all the time, as many files at once as there are cores: each further process loads the same modules
 * again, a second and more of processor time.
 */
const COMPUTING = {
  maxWorkers: Math.min(WAITING.maxWorkers, availableParallelism()),
  sequence: { groupOrder: 0 },
} as const

/** The longest tests begin first, so that at the end no core waits for one file: seconds on two cores, about. */
const LONGEST = [
  'e2e/lab/lab.test.ts',
  'src-main/attack.test.ts',
  'src-main/compute/runner.test.ts',
  'src-main/sim/sim.test.ts',
  'src-main/runtime/blobs/encrypted-jobs.test.ts',
  'src-main/network/swarm/swarm.test.ts',
  'src-main/network/connection/stranger.test.ts',
  'src-main/shell/packaging/packaging.test.ts',
  'src-main/compute/metering/fuzz/fuzz.test.ts',
  'src-main/jobs/render/scene/scene-traffic.test.ts',
  'src-main/compute/metering/equivalence/equivalence.test.ts',
  'src-main/cli/job-kinds/module/run-command.test.ts',
  'src-main/network/whereabouts/whereabouts.test.ts',
  'src-main/runtime/peer-runtime.test.ts',
  'src-main/cli/mesh/time-limit-mesh.test.ts',
]

/** The longest first, then as ever. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((file) => moduleId.endsWith(`/${file}`))
      return at < 0 ? LONGEST.length : at
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    // For what hangs: a test waits for conditions, and peers share two cores with whatever else runs on the machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000, interval: 50 } },
    retry: 0,
    globalSetup: 'src-main/measured.setup.ts',
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE },
    reporters: ['default'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: { name: 'alone', include: ALONE, ...WAITING },
      },
      {
        extends: true,
        test: { name: 'meshes', isolate: false, include: MESHES, ...WAITING, ...NATIVE },
      },
      {
        extends: true,
        test: {
          // Files share a process and the modules that they import: to load these takes longer than the tests.
          name: 'quick',
          isolate: false,
          include: ['{assets,src-main,src-preload,wasm}/**/*.test.ts'],
          exclude: [...ALONE, ...MESHES],
          ...COMPUTING,
          ...NATIVE,
        },
      },
      {
        extends: true,
        test: {
          name: 'interface',
          isolate: false,
          include: ['src-renderer/**/*.test.ts'],
          exclude: ALONE,
          ...COMPUTING,
        },
      },
      {
        extends: true,
        // Files share a process, its modules and its document, which is emptied after each test.
        test: {
          name: 'components',
          environment: 'jsdom',
          isolate: false,
          setupFiles: ['src-renderer/component.setup.ts'],
          include: ['src-renderer/**/*.test.tsx'],
          ...COMPUTING,
        },
      },
    ],
  },
})
