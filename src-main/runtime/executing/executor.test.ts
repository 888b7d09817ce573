import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PeerEvent } from '../../peer/event.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Runner, RunOutcome, RunTask } from '../../ports/runner.ts'
import { encodeCanonical } from '../../protocol/canonical.ts'
import { FaultError } from '../../protocol/fault.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import { moduleRules } from '../../protocol/job-kinds/module.ts'
import { UnitLimits, type LimitsSet } from '../../protocol/unit-limits.ts'
import { encodeManifest } from '../../protocol/job-manifest.ts'
import { SEALED, type JobManifest } from '../../protocol/work.ts'
import { openStorage, type Storage } from '../../storage/storage.ts'
import { holdingPin } from '../blobs/blob-rights.ts'
import { createExecutor, type Executor } from './executor.ts'
import { createDefects } from '../defects.ts'
import { machineClock } from '../machine.ts'
import { outputOf, testJob, until } from '../mesh.fixture.ts'

const BOB = `12D3KooW${'B'.repeat(44)}` as PeerId
const ANN = `12D3KooW${'A'.repeat(44)}` as PeerId

let folder: string
let theirs: Storage
let mine: Storage
let receipts: ExecutionReceipt[]
/** Tasks as the runner got them: those of one hand-over together. */
let handOvers: RunTask[][]
let fetched: Cid[]
let lent: LimitsSet = {}
/** Requesters for whose units a runner was asked. */
let askedFor: PeerId[]
let behave: (task: RunTask) => Promise<RunOutcome> | RunOutcome
let executor: Executor
let stopping: AbortController
let defects: Error[]
let handedBack: number[]
/** Errors that the journal throws at the next receipts. */
let refusals: Error[]
let cancelled: string[]
let fetching: (cid: Cid) => Promise<void>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshwork-executor-'))
  const open = (name: string) =>
    openStorage({ folder: join(folder, name), quotaBytes: 2 ** 30, clock: machineClock })
  ;[theirs, mine] = [await open('theirs'), await open('mine')]
  ;[receipts, handOvers, fetched, lent, askedFor] = [[], [], [], {}, []]
  behave = (task) => outputOf(task.inputs['input']?.cid ?? 'nothing')
  fetching = copy
  ;[defects, handedBack, cancelled, refusals] = [[], [], [], []]
  stopping = new AbortController()
  const runner = fakeRunner()
  // Of this test alone: work of an earlier test's executor that ends late must not be counted here.
  const [ownDefects, ownHandedBack] = [defects, handedBack]
  executor = createExecutor({
    me: BOB,
    clock: machineClock,
    blobs: mine.blobs,
    fetcher: {
      fetch: async (cid) => {
        if (!mine.blobs.has(cid)) await fetching(cid)
      },
      waiting: () => [],
      traffic: () => ({ bytesIn: 0, bytesOut: 0 }),
      rates: () => new Map(),
      setRates: () => undefined,
    },
    runnerFor: (requester) => {
      askedFor.push(requester)
      return runner
    },
    dispatch: (event: PeerEvent) => {
      const refusal = event.kind === 'units-ran' ? refusals.shift() : undefined
      if (refusal !== undefined) return Promise.reject(refusal)
      if (event.kind === 'units-ran') receipts.push(...event.receipts)
      if (event.kind === 'units-handed-back')
        ownHandedBack.push(...event.units.map((unit) => unit.unit_index))
      return Promise.resolve()
    },
    lent: () => lent,
    keyOf: () => undefined,
    defects: createDefects((error) => ownDefects.push(error as Error)),
    signal: stopping.signal,
  })
})

afterEach(async () => {
  stopping.abort()
  await Promise.all([theirs.close(), mine.close()])
  await rm(folder, { recursive: true, force: true })
})

/** A transfer without a network. */
async function copy(cid: Cid): Promise<void> {
  fetched.push(cid)
  const content = await theirs.blobs.read(cid)
  await (cid.startsWith('bafy') && content.byteLength < 2 ** 20
    ? mine.blobs.putStructure(content)
    : mine.blobs.put(content))
}

function fakeRunner(): Runner {
  const engine = 'fake'
  return {
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    algorithms: () => [
      { algorithmId: 'test.unit', version: '1', scope: 'shared', engine },
      { algorithmId: moduleRules.id, version: moduleRules.version, scope: 'shared', limited: true, engine },
    ],
    concurrency: 2,
    setConcurrency: () => undefined,
    cancel: (ids) => void cancelled.push(...ids),
    benchmark: () => Promise.resolve(1),
    async run(tasks, { finished }) {
      handOvers.push([...tasks])
      await Promise.all(tasks.map(async (task) => finished(task, await behave(task))))
    },
  }
}

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** Stores a job with one part per text at the requester's. */
async function splitJob(
  texts: readonly string[],
  changes: Partial<JobManifest> = {},
): Promise<{ manifest: JobManifest; cid: Cid; parts: Cid[] }> {
  const parts: Cid[] = []
  for (const text of texts) parts.push(await theirs.blobs.put(bytesOf(text)))
  const list = await theirs.blobs.put(encodeCanonical(parts))
  const manifest = { ...testJob(ANN, texts.length, 1), parts: list, ...changes }
  return { manifest, cid: await theirs.blobs.putStructure(encodeCanonical(manifest)), parts }
}

function award({ manifest, cid }: { manifest: JobManifest; cid: Cid }, units: readonly number[]): void {
  executor.run(
    ANN,
    manifest.job_id,
    cid,
    units.map((unit_index) => ({ unit_index, attempt: 1, role: 'primary' as const })),
  )
}

const pinned = (blobs: BlobStore, cids: readonly Cid[]) => cids.map((cid) => blobs.info(cid)?.pinned ?? false)

describe('units of a split job', () => {
  it('[W15] read a part each, in the role input, beside the inputs of all', async () => {
    const module = await theirs.blobs.put(bytesOf('the module'))
    const job = await splitJob(['zero', 'one', 'two'], { inputs: { module } })
    award(job, [0, 2])
    await until(() => receipts.length === 2)
    const tasks = handOvers.flat().sort((a, b) => a.unitIndex! - b.unitIndex!)
    expect(tasks.map(({ unitIndex, inputs }) => [unitIndex, inputs['input']?.cid])).toEqual([
      [0, job.parts[0]],
      [2, job.parts[2]],
    ])
    expect(new Set(tasks.map(({ inputs }) => inputs['module']?.cid))).toEqual(new Set([module]))
    expect(fetched).not.toContain(job.parts[1])
  })

  it('are known to have been computed here, however short they are', async () => {
    const job = await splitJob(['zero', 'one'])
    expect(executor.recentRuns()).toEqual([])
    award(job, [0])
    await until(() => receipts.length === 1)
    const [first] = executor.recentRuns()
    expect(first).toMatchObject({ requester: ANN, algorithmId: 'test.unit' })
    expect(first!.ranAtMs).toBeLessThanOrEqual(Date.now())
    expect(executor.active()).toEqual([])
  })

  it('[W15] that are ready together travel together', async () => {
    const job = await splitJob(Array.from({ length: 40 }, (_, i) => `part ${i}`))
    for (const cid of job.parts) await copy(cid)
    award(
      job,
      Array.from({ length: 40 }, (_, i) => i),
    )
    await until(() => receipts.length === 40)
    expect(handOvers.length).toBeLessThan(20)
  })

  it('[W15] let go of their parts when they have run, are withdrawn, or their job is over', async () => {
    const job = await splitJob(['zero', 'one', 'two', 'three'])
    const gate = Promise.withResolvers<RunOutcome>()
    behave = (task) => (task.unitIndex === 0 ? outputOf('0') : gate.promise)
    award(job, [0, 1, 2, 3])
    await until(() => receipts.length === 1 && handOvers.flat().length === 4)
    await until(() => pinned(mine.blobs, job.parts).join() === 'false,true,true,true')
    executor.stop(ANN, job.manifest.job_id, [1])
    await until(() => pinned(mine.blobs, job.parts).join() === 'false,false,true,true')
    executor.stop(ANN, job.manifest.job_id)
    executor.release(ANN, job.manifest.job_id)
    expect(pinned(mine.blobs, job.parts)).toEqual([false, false, false, false])
    gate.resolve(outputOf('late'))
  })

  it('[W13] fetch a damaged part again, and the damaged inputs of all once', async () => {
    const module = await theirs.blobs.put(bytesOf('the module '.repeat(10_000)))
    const job = await splitJob(['a'.repeat(100_000), 'b'.repeat(100_000)], { inputs: { module } })
    for (const cid of [module, ...job.parts]) {
      await copy(cid)
      await writeFile(mine.blobs.path(cid)!, 'damage')
    }
    fetched = []
    const tried = new Map<number, number>()
    behave = (task) => {
      const tries = (tried.get(task.unitIndex!) ?? 0) + 1
      tried.set(task.unitIndex!, tries)
      if (tries > 1) return outputOf('right')
      return { kind: 'failed', fault: { kind: 'blob-corrupt', message: 'damaged' } }
    }
    award(job, [0, 1])
    await until(() => receipts.length === 2)
    expect(receipts.map(({ outcome }) => outcome.kind)).toEqual(['output', 'output'])
    const again = fetched.filter((cid) => cid === module || job.parts.includes(cid))
    expect(again.toSorted()).toEqual([module, ...job.parts].toSorted())
  })

  it('[W15] beyond the list of parts, or of a list that does not fit, are faults', async () => {
    const short = await splitJob(['zero'], { unit_count: 2 })
    award(short, [0])
    await until(() => receipts.length === 1)
    expect(receipts[0]?.outcome).toMatchObject({
      kind: 'fault',
      fault: { kind: 'malformed', message: 'a job of 2 units has 1 parts' },
    })
    const job = await splitJob(['zero'])
    award(job, [0, 7])
    await until(() => receipts.length === 3)
    expect(receipts.find(({ unit_index }) => unit_index === 7)?.outcome).toMatchObject({
      kind: 'fault',
      fault: { kind: 'malformed', message: 'unit 7 of a job with 1 parts' },
    })
  })

  it('[W15] a list that is none, or too long to be one, is a fault', async () => {
    for (const list of [bytesOf('not a list'), new Uint8Array(5_000_000)]) {
      receipts = []
      const parts = await theirs.blobs.put(list)
      award(await splitJob(['zero'], { parts }), [0])
      await until(() => receipts.length === 1)
      expect(receipts[0]?.outcome.kind).toBe('fault')
    }
  })

  it('[W36] a transfer that ends without an answer is not a unit that ran out of time', async () => {
    const job = await splitJob(['zero'])
    const slow = new FaultError({ kind: 'timed-out', message: 'nobody sends what is missing' })
    fetching = () => Promise.reject(slow)
    award(job, [0])
    await until(() => receipts.length === 1)
    expect(receipts[0]?.outcome).toEqual({
      kind: 'fault',
      fault: { kind: 'unreachable', message: 'nobody sends what is missing' },
    })
  })

  it('a part that no peer has fails its own unit, and the others run', async () => {
    const job = await splitJob(['zero', 'one', 'two'])
    await theirs.close()
    theirs = await openStorage({ folder: join(folder, 'empty'), quotaBytes: 2 ** 30, clock: machineClock })
    for (const [index, text] of ['zero', 'one', 'two'].entries()) {
      if (index !== 1) await theirs.blobs.put(bytesOf(text))
    }
    await theirs.blobs.put(encodeCanonical(job.parts))
    await theirs.blobs.putStructure(encodeCanonical(job.manifest))
    award(job, [0, 1, 2])
    await until(() => receipts.length === 3)
    const kinds = receipts.toSorted((a, b) => a.unit_index - b.unit_index).map(({ outcome }) => outcome.kind)
    expect(kinds).toEqual(['output', 'fault', 'output'])
  })
})

describe('units of an encrypted job', () => {
  it('[K4] whose award brought no key are a fault, and nothing is run', async () => {
    const manifest = testJob(ANN, 1, 1)
    const secrets = await theirs.blobs.put(bytesOf('sealed'))
    const cid = await theirs.blobs.putStructure(
      encodeManifest({ ...manifest, encryption: { scheme: SEALED, secrets } }),
    )
    award({ manifest, cid }, [0])
    await until(() => receipts.length === 1)
    expect(receipts[0]?.outcome).toMatchObject({ kind: 'fault', fault: { kind: 'not-opened' } })
    expect(handOvers).toEqual([])
  })
})

describe('units of a module', () => {
  const moduleJob = (limits: object): Partial<JobManifest> => ({
    algorithm_id: moduleRules.id,
    algorithm_version: moduleRules.version,
    limits: UnitLimits.parse(limits),
    required_resources: { cpu_cores: 1, ram_gb: 1 },
  })

  it('[W14] [W38] run within the limits of their job', async () => {
    award(await splitJob(['x'], moduleJob({ wall_ms: 1_234, output_bytes: 99, memory_pages: 1 })), [0])
    await until(() => receipts.length === 1)
    expect(handOvers.flat()[0]?.limits).toMatchObject({ wallMsMax: 1_234, outputBytesMax: 99 })
  })

  it('[W38] without limits are refused, since the module could use anything', async () => {
    const { limits: _limits, ...unlimited } = moduleJob({})
    award(await splitJob(['x'], unlimited), [0])
    await until(() => receipts.length === 1)
    expect(receipts[0]?.outcome).toMatchObject({ kind: 'fault', fault: { kind: 'malformed' } })
    expect(handOvers).toEqual([])
  })

  it('[W14] that ask for more than is lent are refused, though they were awarded', async () => {
    lent = { fuel: 999 }
    const job = await splitJob(['x'], moduleJob({ fuel: 1_000 }))
    award(job, [0])
    await until(() => receipts.length === 1)
    expect(receipts[0]?.outcome).toEqual({
      kind: 'fault',
      fault: { kind: 'quota-exceeded', message: 'a unit may use 1000 units of fuel, and 999 are lent' },
    })
    expect(handOvers).toEqual([])
    expect(mine.blobs.info(job.cid)?.pinned).toBe(true)
    expect(holdingPin(ANN, job.manifest.job_id)).toContain(ANN)
  })
})

describe('units of our own algorithms', () => {
  it('[W41] run within bounds that follow from their manifest, and outputs within what is lent here', async () => {
    award(await splitJob(['x']), [0])
    await until(() => receipts.length === 1)
    const bounds = { wallMsMax: 300_000, memoryBytesMax: Math.ceil(0.1 * 2 ** 30), outputBytesMax: 1 << 30 }
    expect(handOvers.flat()[0]?.limits).toEqual({ ...bounds, fuelMax: 1e12 })
    lent = { output_bytes: 5 }
    award(await splitJob(['y']), [0])
    await until(() => receipts.length === 2)
    expect(handOvers.flat()[1]?.limits).toEqual({ ...bounds, fuelMax: 1e12, outputBytesLent: 5 })
  })

  it('[W41] run within the limits of a job that sets some, which are no parameters of theirs', async () => {
    const limits = UnitLimits.parse({ fuel: 77, wall_ms: 1_234, output_bytes: 99, memory_pages: 1 })
    award(await splitJob(['x'], { limits, params: { width: 5 } }), [0])
    await until(() => receipts.length === 1)
    const [task] = handOvers.flat()
    expect(task?.limits).toMatchObject({ fuelMax: 77, wallMsMax: 1_234, outputBytesMax: 99 })
    expect(task?.params).toEqual({ width: 5 })
  })

  it('[W41] that ask for more than is lent are refused, though they were awarded', async () => {
    lent = { wall_ms: 299_999 }
    award(await splitJob(['x']), [0])
    await until(() => receipts.length === 1)
    expect(receipts[0]?.outcome).toEqual({
      kind: 'fault',
      fault: { kind: 'quota-exceeded', message: 'a unit may use 300000 ms of time, and 299999 are lent' },
    })
    expect(handOvers).toEqual([])
  })

  it('[W41] whose inputs are larger than their manifest says, and than is lent, are refused', async () => {
    const scene = await theirs.blobs.put(bytesOf('seven!!'))
    const job = { inputs: { scene }, input_bytes: { scene: 1 } }
    lent = { input_bytes: 8 }
    award(await splitJob(['x', 'xx'], job), [0, 1])
    await until(() => receipts.length === 2)
    const outcomes = new Map(receipts.map(({ unit_index, outcome }) => [unit_index, outcome]))
    expect(outcomes.get(0)?.kind).toBe('output')
    expect(outcomes.get(1)).toEqual({
      kind: 'fault',
      fault: { kind: 'quota-exceeded', message: 'a unit reads 9 bytes of input, and 8 are lent' },
    })
    const whole = { ...testJob(ANN, 1, 1), ...job }
    lent = { input_bytes: 6 }
    award({ manifest: whole, cid: await theirs.blobs.putStructure(encodeCanonical(whole)) }, [0])
    await until(() => receipts.length === 3)
    expect(receipts[2]?.outcome).toMatchObject({ kind: 'fault', fault: { kind: 'quota-exceeded' } })
  })
})

it('[A19] each requester’s units go to the runner that is for them', async () => {
  award(await splitJob(['x']), [0])
  await until(() => receipts.length === 1)
  expect(new Set(askedFor)).toEqual(new Set([ANN]))
})

describe('a defect of ours', () => {
  it('[W26] is no verdict about a unit: it is handed back, and the defect reported with its place', async () => {
    const job = await splitJob(['zero', 'one', 'two'])
    const pin = mine.blobs.content.bind(mine.blobs)
    mine.blobs.content = (cid) => {
      if (cid === job.parts[1]) throw new TypeError('not what a store throws')
      return pin(cid)
    }
    award(job, [0, 1, 2])
    await until(() => receipts.length === 2 && handedBack.length === 1)
    expect(receipts.map(({ outcome }) => outcome.kind)).toEqual(['output', 'output'])
    expect(handedBack).toEqual([1])
    expect(defects.map(({ message }) => message).join()).toContain(job.manifest.job_id)
    expect((defects[0]?.cause as Error).message).toBe('not what a store throws')
  })

  it('[W26] in the compute host is none either', async () => {
    behave = (task) =>
      task.unitIndex === 0
        ? { kind: 'failed', fault: { kind: 'internal', message: 'a broken promise' } }
        : outputOf('right')
    award(await splitJob(['zero', 'one']), [0, 1])
    await until(() => receipts.length === 1 && handedBack.length === 1)
    expect([handedBack, receipts[0]?.unit_index]).toEqual([[0], 1])
    expect(defects).toHaveLength(1)
  })

  it('[W26] before receipts are written down loses none: it is tried again', async () => {
    refusals = [new Error('SQLITE_FULL')]
    const manifest = testJob(ANN, 1, 1)
    const cid = await theirs.blobs.putStructure(encodeCanonical(manifest))
    behave = () => outputOf('kept')
    award({ manifest, cid }, [0])
    await until(() => receipts.length === 1)
    expect(refusals).toEqual([])
    expect(receipts[0]?.outcome.kind).toBe('output')
    expect(defects.map(({ cause }) => (cause as Error).message)).toEqual(['SQLITE_FULL'])
  })
})

it('[W27] units that are withdrawn are cancelled by themselves, and the others of their award go on', async () => {
  const job = await splitJob(['zero', 'one'])
  const gate = Promise.withResolvers<RunOutcome>()
  behave = () => gate.promise
  award(job, [0, 1])
  await until(() => handOvers.flat().length === 2)
  executor.stop(ANN, job.manifest.job_id, [1])
  expect(cancelled).toEqual([handOvers.flat().find(({ unitIndex }) => unitIndex === 1)?.id])
  gate.resolve(outputOf('right'))
  await until(() => receipts.length === 1)
  expect(receipts[0]?.unit_index).toBe(0)
})

it('[K5] the output file of a unit that is no longer wanted is removed', async () => {
  const path = join(folder, 'staged')
  let isWritten = false
  const gate = Promise.withResolvers<undefined>()
  const metrics = { wall_ms: 1, cpu_ms: 1, peak_memory_bytes: 0, input_bytes: 0, output_bytes: 1 }
  behave = async () => {
    await gate.promise
    await writeFile(path, 'x')
    isWritten = true
    return { kind: 'done', output: { kind: 'file', path, bytes: 1 }, extras: {}, info: {}, metrics }
  }
  const job = await splitJob(['zero'])
  award(job, [0])
  await until(() => handOvers.length === 1)
  executor.stop(ANN, job.manifest.job_id, [0])
  gate.resolve(undefined)
  await until(() => isWritten && !existsSync(path))
  expect([receipts, defects]).toEqual([[], []])
})
