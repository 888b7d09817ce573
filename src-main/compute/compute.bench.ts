/**
 * The cost of a task beyond its own work: `mesh.noop` through the compute host, alone and many at once, against the
 * same work in a bare piscina pool of this process, in the same run. The host adds a second process, limits, hashes
 * of inputs, metrics and parsing on both ends; the pool adds none. And a unit of a stranger's module that does
 * nothing: a new instance, metered, for each. And a comparing of two pictures.
 */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Piscina } from 'piscina'
import type { Benchmark, Measurement } from '../bench.ts'
import type { Runner, RunInput, RunTask } from '../ports/runner.ts'
import { cidOfDigest, RAW } from '../protocol/cid.ts'
import { candidateRole, COMPARE, COMPARE_LIMITS } from '../protocol/compare-task.ts'
import { FaultError, type Fault } from '../protocol/fault.ts'
import { INPUT_ROLE, MODULE_ROLE, moduleRules } from '../protocol/job-kinds/module.ts'
import { clock } from './clock.fixture.ts'
import { SECTION } from './metering/parse/section.ts'
import { largeModule, section } from './hostile/module-bytes.fixture.ts'
import { createRandomPng } from './libraries/render/textures/random-png.fixture.ts'
import { createRunner } from './runner.ts'

const WORKERS = 2
const ALONE = 300
const MANY = 10_000
const UNITS = 5_000
/** The most that a unit that does nothing may cost on a warm pool. */
const UNIT_US_MAX = 100
/** Rounds of each; the best counts, as the machine may be shared. */
const ROUNDS = 5

function noops(count: number): RunTask[] {
  const params = {}
  const limits = { wallMsMax: 10_000, memoryBytesMax: 1 << 28, outputBytesMax: 1_000 }
  return Array.from({ length: count }, (_, unitIndex) => ({
    id: `${unitIndex}`,
    algorithmId: 'mesh.noop',
    algorithmVersion: '1.0.0',
    params,
    inputs: {},
    unitIndex,
    limits,
  }))
}

/** Memory that compilers for WebAssembly begin with: 1 MiB of stack, and a page of data. */
const PAGES_17 = section(SECTION.memory, [1, 0, 17])

/** Units of an empty module, each with an input of its own when `parts` are there. */
function emptyUnits(module: RunInput, parts: readonly RunInput[] = []): RunTask[] {
  const inputs = { [MODULE_ROLE]: module }
  return noops(UNITS).map((task, index) => {
    const part = parts[index % parts.length]
    return {
      ...task,
      algorithmId: moduleRules.id,
      algorithmVersion: moduleRules.version,
      inputs: part === undefined ? inputs : { ...inputs, [INPUT_ROLE]: part },
    }
  })
}

async function blobOf(folder: string, bytes: Uint8Array): Promise<RunInput> {
  const cid = cidOfDigest(RAW, createHash('sha256').update(bytes).digest())
  const path = join(folder, cid)
  await writeFile(path, bytes)
  return { cid, path, layout: { kind: 'raw', bytes: bytes.byteLength } }
}

/** Microseconds per unit of modules that do nothing. */
async function benchUnits(
  runner: Runner,
  blobFolder: string,
  report: (measurement: Measurement) => void,
): Promise<void> {
  const module = await blobOf(blobFolder, largeModule({}))
  const parts = await Promise.all(
    Array.from({ length: 500 }, (_, i) => blobOf(blobFolder, new TextEncoder().encode(`part ${i}`))),
  )
  const measure = async (units: readonly RunTask[]) => {
    await runAll(runner, units)
    return best(UNITS, () => runAll(runner, units))
  }
  const value = await measure(emptyUnits(module))
  const target = `≤ ${UNIT_US_MAX} µs`
  report({
    ...{ metric: 'an empty unit of a module', value, unit: 'µs', target, met: value <= UNIT_US_MAX },
    note: `${WORKERS} workers`,
  })
  const larger = await blobOf(blobFolder, largeModule({ sections: { [SECTION.memory]: PAGES_17 } }))
  for (const [metric, units] of [
    ['the same, with a file of its own to read', emptyUnits(module, parts)],
    ['the same, with 17 pages of memory', emptyUnits(larger)],
  ] as const) {
    report({ metric, value: await measure(units), unit: 'µs' })
  }
}

/** Milliseconds of a comparing of two PNG files, decoding and the way to the host included. */
async function benchComparing(
  runner: Runner,
  blobFolder: string,
  report: (measurement: Measurement) => void,
): Promise<void> {
  const pictures = await Promise.all(
    [1, 2].map((seed) => blobOf(blobFolder, createRandomPng(seed, 640, 480))),
  )
  const task: RunTask = {
    id: 'comparing',
    algorithmId: COMPARE.id,
    algorithmVersion: COMPARE.version,
    params: { comparator: { name: 'image', rmse_max: 0.1, ssim_min: 0.9 } },
    inputs: Object.fromEntries(pictures.map((picture, i) => [candidateRole(i), picture])),
    limits: COMPARE_LIMITS,
  }
  await runAll(runner, [task])
  const value = (await best(1, () => runAll(runner, [task]))) / 1_000
  report({ metric: 'compare two pictures of 640 × 480', value, unit: 'ms' })
}

async function runAll(runner: Runner, tasks: readonly RunTask[]): Promise<void> {
  let fault: Fault | undefined
  await runner.run(tasks, {
    signal: new AbortController().signal,
    finished: (_, outcome) => {
      if (outcome.kind === 'failed') fault ??= outcome.fault
    },
  })
  if (fault !== undefined) throw new FaultError(fault)
}

/** Microseconds per task of the best round. */
async function best(count: number, round: () => Promise<void>): Promise<number> {
  let bestMs = Infinity
  for (let i = 0; i < ROUNDS; i++) {
    const startMs = performance.now()
    await round()
    bestMs = Math.min(bestMs, performance.now() - startMs)
  }
  return (bestMs * 1_000) / count
}

/** Cost of a task through the compute host, and what starting the host costs. */
export const benchmark: Benchmark = {
  name: 'compute',
  async run(report) {
    const folder = await mkdtemp(join(tmpdir(), 'meshwork-bench-'))
    const blobFolder = join(folder, 'blobs')
    await mkdir(blobFolder)
    const runner = createRunner({
      clock,
      stagingFolder: join(folder, 'staging'),
      blobFolder,
      workers: WORKERS,
    })
    const pool = new Piscina<number, Uint8Array>({
      filename: new URL('bare-worker.fixture.ts', import.meta.url).href,
      name: 'run',
      minThreads: WORKERS,
      maxThreads: WORKERS,
    })
    try {
      await runner.start()
      const one = noops(1)
      const startMs = performance.now()
      await runAll(runner, one)
      report({
        metric: 'first task, with the start of the host',
        value: performance.now() - startMs,
        unit: 'ms',
      })
      const alone = await best(ALONE, async () => {
        for (let i = 0; i < ALONE; i++) await runAll(runner, one)
      })
      const bareAlone = await best(ALONE, async () => {
        for (let i = 0; i < ALONE; i++) await pool.run(i)
      })
      const versus = 'bare piscina'
      report({ metric: 'a task alone', value: alone, unit: 'µs', ratio: alone / bareAlone, versus })
      const tasks = noops(MANY)
      await runAll(runner, tasks)
      const many = await best(MANY, () => runAll(runner, tasks))
      const indices = tasks.map((_, i) => i)
      const bareMany = await best(MANY, async () => {
        await Promise.all(indices.map((i) => pool.run(i)))
      })
      report({
        metric: `a task of ${MANY.toLocaleString('en-US')}`,
        value: many,
        unit: 'µs',
        ratio: many / bareMany,
        versus,
        note: `${WORKERS} workers, metered, limited and in another process`,
      })
      await benchUnits(runner, blobFolder, report)
      await benchComparing(runner, blobFolder, report)
    } finally {
      await runner.stop()
      await pool.destroy()
      await rm(folder, { recursive: true })
    }
  },
}
