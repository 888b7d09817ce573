/** The full stack for cases of the corpus: the program's own registry in a real compute host, blobs in files. */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outcomesOf } from '../../ports/runner.contract.ts'
import type { RunInput, RunOutcome, RunTask } from '../../ports/runner.ts'
import { cidOfDigest, RAW } from '../../protocol/cid.ts'
import type { Params } from '../../protocol/work.ts'
import { INPUT_ROLE, MODULE_ROLE, moduleRules } from '../../protocol/job-kinds/module.ts'
import { clock } from '../clock.fixture.ts'
import { forkHost } from '../host/fork-host.ts'
import type { HostBounds } from '../host/host-bounds.ts'
import { createRunner } from '../runner.ts'
import type { HostileCase } from './hostile-case.fixture.ts'

/** The case files count on these. */
const LIMITS = {
  fuel: 100_000_000,
  memory_pages: 256,
  table_elements: 10_000,
  input_bytes: 4 * 2 ** 30,
  output_bytes: 1 << 20,
  log_bytes: 1_000,
  wall_ms: 60_000,
} as const
/** The most that units of other limits may use. */
const MEMORY_BYTES_MAX = 128 << 20
/** One object, so that units travel together. */
const DEFAULTS: Params = { limits: LIMITS }

/** Runs cases. */
export interface Sandbox {
  /** Compute hosts that were started so far. */
  hosts(): number
  /** Runs cases at once, each as a unit; how each ended, without what differs from time to time. */
  run(cases: readonly HostileCase[]): Promise<readonly unknown[]>
  /** Files that were not taken. */
  leftovers(): Promise<readonly string[]>
  stop(): Promise<void>
}

/** Starts a sandbox. @param bounds what its hosts are held to, where it differs */
export async function startSandbox(bounds: Partial<HostBounds> = {}): Promise<Sandbox> {
  const folder = await mkdtemp(join(tmpdir(), 'meshwork-hostile-'))
  const [blobFolder, stagingFolder] = [join(folder, 'blobs'), join(folder, 'staging')]
  await mkdir(blobFolder)
  let hosts = 0
  const runner = createRunner({
    clock,
    stagingFolder,
    blobFolder,
    workers: 2,
    spawnHost: (order) => {
      hosts++
      return forkHost({ ...order, bounds: { ...order.bounds, ...bounds } })
    },
  })
  await runner.start()
  return {
    hosts: () => hosts,
    run: async (cases) => {
      const tasks = await Promise.all(cases.map(async (one) => taskOf(blobFolder, one)))
      const outcomes = await outcomesOf(runner, tasks)
      return Promise.all(tasks.map(({ id }) => endOf(outcomes.get(id))))
    },
    leftovers: () => readdir(stagingFolder),
    stop: async () => {
      await runner.stop()
      await rm(folder, { recursive: true })
    },
  }
}

async function taskOf(folder: string, { name, module, input, limits }: HostileCase): Promise<RunTask> {
  const all = { ...LIMITS, ...limits }
  return {
    id: name,
    algorithmId: moduleRules.id,
    algorithmVersion: moduleRules.version,
    params: limits === undefined ? DEFAULTS : { limits: all },
    inputs: {
      [MODULE_ROLE]: await blobOf(folder, module),
      ...(input === undefined ? {} : { [INPUT_ROLE]: await blobOf(folder, input) }),
    },
    unitIndex: 7,
    limits: {
      wallMsMax: all.wall_ms,
      memoryBytesMax: Math.max(MEMORY_BYTES_MAX, all.memory_pages * 65_536),
      outputBytesMax: all.output_bytes,
    },
  }
}

async function blobOf(folder: string, bytes: Uint8Array): Promise<RunInput> {
  const cid = cidOfDigest(RAW, createHash('sha256').update(bytes).digest())
  const path = join(folder, cid)
  await writeFile(path, bytes)
  return { cid, path, layout: { kind: 'raw', bytes: bytes.byteLength } }
}

/** A fault, or output, log, fuel and pages; takes the output's file, as a runner of units does. */
async function endOf(outcome: RunOutcome | undefined): Promise<unknown> {
  if (outcome?.kind !== 'done') return outcome?.fault
  const { output, metrics, info } = outcome
  const bytes = output.kind === 'bytes' ? output.bytes : await readFile(output.path)
  if (output.kind === 'file') await rm(output.path)
  return {
    output: Buffer.from(bytes).toString('latin1'),
    fuel: metrics.fuel,
    pages: metrics.peak_pages,
    info,
  }
}
