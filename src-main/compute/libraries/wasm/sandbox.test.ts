/** The examples under the full stack: a compute host in a process of its own, its permissions, its workers. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildKernels, kernelPath } from '../../../../wasm/build.ts'
import { cProgramPath } from '../../../../wasm/examples/c-programs.ts'
import { outcomesOf } from '../../../ports/runner.contract.ts'
import type { Runner, RunInput, RunOutcome, RunTask } from '../../../ports/runner.ts'
import { cidOfDigest, RAW } from '../../../protocol/cid.ts'
import { moduleRules } from '../../../protocol/job-kinds/module.ts'
import type { Params } from '../../../protocol/work.ts'
import { clock } from '../../clock.fixture.ts'
import { METERING } from '../../metering/identity.ts'
import { wat } from '../../metering/wat.fixture.ts'
import { createRunner } from '../../runner.ts'
import { catModule } from './library-call.fixture.ts'

const LIMITS = { wallMsMax: 60_000, memoryBytesMax: 1 << 30, outputBytesMax: 64 << 20 }
const TEXT = 'the quick brown fox\njumps over the lazy dog\n\nthe end\n'

let folder: string
const runners: Runner[] = []

beforeAll(async () => {
  await buildKernels()
  folder = await mkdtemp(join(tmpdir(), 'meshwork-sandbox-'))
  await mkdir(join(folder, 'blobs'))
})
afterAll(async () => {
  await Promise.all(runners.map((runner) => runner.stop()))
  await rm(folder, { recursive: true })
})

async function startRunner(workers: number): Promise<Runner> {
  const stagingFolder = join(folder, `staging-${runners.length}`)
  const runner = createRunner({ clock, stagingFolder, blobFolder: join(folder, 'blobs'), workers })
  runners.push(runner)
  await runner.start()
  return runner
}

async function blob(bytes: Uint8Array): Promise<RunInput> {
  const cid = cidOfDigest(RAW, createHash('sha256').update(bytes).digest())
  const path = join(folder, 'blobs', cid)
  if (!existsSync(path)) await writeFile(path, bytes)
  return { cid, path, layout: { kind: 'raw', bytes: bytes.byteLength } }
}

interface Unit {
  readonly module: string
  readonly input?: Uint8Array
  readonly params?: Params
  readonly unitIndex?: number
}

async function taskOf({ module, input, params = {}, unitIndex = 0 }: Unit, id = 'unit'): Promise<RunTask> {
  const inputs = {
    module: await blob(readFileSync(module)),
    ...(input === undefined ? {} : { input: await blob(input) }),
  }
  return {
    id,
    algorithmId: moduleRules.id,
    algorithmVersion: moduleRules.version,
    params,
    inputs,
    unitIndex,
    limits: LIMITS,
  }
}

async function outcomeOf(runner: Runner, unit: Unit): Promise<RunOutcome> {
  return (await outcomesOf(runner, [await taskOf(unit)])).get('unit')!
}

function done(outcome: RunOutcome | undefined): Extract<RunOutcome, { kind: 'done' }> {
  if (outcome?.kind !== 'done') throw new Error(outcome === undefined ? 'no outcome' : outcome.fault.message)
  return outcome
}

async function outputOf(outcome: RunOutcome | undefined): Promise<Uint8Array> {
  const { output } = done(outcome)
  return output.kind === 'bytes' ? output.bytes : readFile(output.path)
}

/** Sobel's operator on a picture, in plain TypeScript. */
function sobel(width: number, height: number, pixel: (x: number, y: number) => number): Uint8Array {
  const at = (x: number, y: number) =>
    pixel(Math.min(width - 1, Math.max(0, x)), Math.min(height - 1, Math.max(0, y)))
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)]
    const across = [1, 2, 1].reduce((sum, w, k) => sum + w * (at(x + 1, y + k - 1) - at(x - 1, y + k - 1)), 0)
    const down = [1, 2, 1].reduce((sum, w, k) => sum + w * (at(x + k - 1, y + 1) - at(x + k - 1, y - 1)), 0)
    return Math.min(255, Math.fround(Math.sqrt(Math.fround(across * across + down * down))))
  })
}

function picture(width: number, height: number, pixel: (x: number, y: number) => number): Uint8Array {
  const bytes = new Uint8Array(8 + width * height)
  new DataView(bytes.buffer).setUint32(0, width, true)
  new DataView(bytes.buffer).setUint32(4, height, true)
  for (let i = 0; i < width * height; i++) bytes[8 + i] = pixel(i % width, Math.floor(i / width))
  return bytes
}

const noise = (x: number, y: number) => ((x * 37) ^ (y * 91) ^ ((x * y) >> 3)) & 255
const lineStatistics = cProgramPath('line-statistics')
const histogram = cProgramPath('histogram')
const text = new TextEncoder().encode(TEXT)

describe('strangers’ modules in a compute host', () => {
  let runner: Runner
  beforeAll(async () => {
    runner = await startRunner(2)
  })

  it('a program in C counts the words of its standard input', async () => {
    const outcome = await outcomeOf(runner, {
      module: lineStatistics,
      input: text,
      params: { args: ['--top', '2'] },
    })
    expect(new TextDecoder().decode(await outputOf(outcome))).toBe(
      `lines 4\nwords 11\nbytes ${text.byteLength}\nlongest 23\nmean 12.250000\ndeviation 10.626225\n` +
        '       3 27.27% the\n       1  9.09% brown\n',
    )
    expect(done(outcome).info).toEqual({})
  })

  it('a program in C opens files, and says on standard error what is wrong', async () => {
    const params = { args: ['/in'] }
    const from = await Promise.all([
      outcomeOf(runner, { module: lineStatistics, input: text, params }).then(outputOf),
      outcomeOf(runner, { module: lineStatistics, input: text }).then(outputOf),
    ])
    expect(Buffer.compare(from[0], from[1])).toBe(0)
    const missing = await outcomeOf(runner, { module: lineStatistics, params: { args: ['/etc/passwd'] } })
    const line = 'line-statistics: /etc/passwd: No such file or directory'
    expect(missing).toEqual({
      kind: 'failed',
      fault: { kind: 'exit-code', message: `ended with exit code 1: ${line}` },
      info: { log: `${line}\n` },
    })
  })

  it('a module in AssemblyScript finds the edges of a picture', async () => {
    const [width, height] = [67, 41]
    const input = picture(width, height, noise)
    const output = await outputOf(await outcomeOf(runner, { module: kernelPath('example.sobel'), input }))
    expect(Buffer.compare(output.subarray(8), sobel(width, height, noise))).toBe(0)
  })

  it('modules in C map bytes to histograms and reduce these to one', async () => {
    const parts = [text, text.subarray(0, 20), new Uint8Array(0)]
    const tasks = await Promise.all(
      parts.map((input, unitIndex) => taskOf({ module: histogram, input, unitIndex }, `${unitIndex}`)),
    )
    const outcomes = await outcomesOf(runner, tasks)
    const outputs = await Promise.all(tasks.map(({ id }) => outputOf(outcomes.get(id))))
    expect(done(outcomes.get('2')).info).toEqual({ log: 'nothing to count\n' })
    const module = cProgramPath('add-histograms')
    const sum = await outputOf(await outcomeOf(runner, { module, input: Buffer.concat(outputs) }))
    const counts = new BigUint64Array(Uint8Array.from(sum).buffer)
    expect(counts['t'.charCodeAt(0)]).toBe(BigInt((TEXT + TEXT.slice(0, 20)).split('t').length - 1))
    const odd = await outcomeOf(runner, { module, input: text })
    expect(odd).toMatchObject({
      fault: { message: 'trapped: unreachable executed: the input is no whole number of histograms' },
    })
  })

  it('[X1] are refused in one line that says what and where', async () => {
    const path = join(folder, 'junk')
    await writeFile(path, 'not a module')
    expect(await outcomeOf(runner, { module: path })).toMatchObject({
      fault: {
        kind: 'module-refused',
        message: expect.stringMatching(/^module refused: .* at byte \d+$/) as unknown,
      },
    })
  })

  it('bring megabytes from storage into their memory without a copy, in both ABIs', async () => {
    const input = new Uint8Array((4 << 20) + 1).map((_, i) => (i % 61 === 0 ? 10 : 97 + (i % 7)))
    for (const module of [histogram, lineStatistics]) {
      const { metrics, output } = done(await outcomeOf(runner, { module, input }))
      expect(metrics.input_bytes).toBeGreaterThanOrEqual(input.byteLength)
      // Only the small output is copied, on its way out.
      expect(metrics.copied_bytes).toBeLessThanOrEqual(
        2 * (output.kind === 'bytes' ? output.bytes.byteLength : 0),
      )
    }
  })

  it('bring megabytes from their memory into storage without a copy', async () => {
    const input = picture(2_000, 1_500, noise)
    const outcome = await outcomeOf(runner, { module: kernelPath('example.sobel'), input })
    expect(done(outcome).output).toMatchObject({ kind: 'file', bytes: input.byteLength })
    expect(done(outcome).metrics).toMatchObject({ copied_bytes: 0, output_bytes: input.byteLength })
  })

  it('tell what they used: fuel, pages, bytes', async () => {
    const { metrics } = done(await outcomeOf(runner, { module: histogram, input: text }))
    expect(metrics.fuel).toBeGreaterThan(text.byteLength)
    expect(metrics).toMatchObject({ peak_pages: 2, output_bytes: 2_048 })
    expect(metrics.peak_memory_bytes).toBeGreaterThan(2 * 65_536)
  })

  it('leave nothing behind in the folder for outputs, whether they fail or are stopped half-way', async () => {
    const other = await startRunner(1)
    const staging = join(folder, `staging-${runners.indexOf(other)}`)
    const cat = join(folder, 'cat')
    await writeFile(cat, wat(catModule(65_536)))
    const input = new Uint8Array(4 << 20)
    const short = await outcomeOf(other, { module: cat, input, params: { limits: { fuel: 5_000_000 } } })
    expect(short).toMatchObject({ fault: { kind: 'fuel-exhausted' } })
    expect(readdirSync(staging)).toEqual([])
    const spin = join(folder, 'spin')
    await writeFile(spin, wat(catModule(65_536, '(loop $l (br $l))')))
    const limits = { ...LIMITS, wallMsMax: 500 }
    const params = { limits: { fuel: Number.MAX_SAFE_INTEGER } }
    const task = { ...(await taskOf({ module: spin, input, params })), limits }
    const outcomes = await outcomesOf(other, [task])
    expect(outcomes.get('unit')).toMatchObject({ fault: { kind: 'timed-out' } })
    expect(readdirSync(staging)).toEqual([])
  })

  it('[X20] say in their fault, and in what is left of their log, what they said before their time was up', async () => {
    const says = (words: string, more = ''): string => `(module
      (import "meshwork" "log" (func $log (param i32 i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "${words}")
      (func (export "alloc") (param i32) (result i32) (i32.const 32768))
      (func (export "run") (param i32 i32) (result i64)
        ${more}
        (call $log (i32.const 0) (i32.const ${words.replaceAll(/\\../g, '.').length}))
        (loop $l (br $l)) (i64.const 0)))`
    const path = join(folder, 'says')
    const stopped = async (text: string) => {
      await writeFile(path, wat(text))
      const task = await taskOf({ module: path, params: { limits: { fuel: Number.MAX_SAFE_INTEGER } } })
      return (await outcomesOf(runner, [{ ...task, limits: { ...LIMITS, wallMsMax: 500 } }])).get('unit')
    }
    expect(await stopped(says('began\\0astep 7\\1b[2J of 9'))).toEqual({
      kind: 'failed',
      fault: { kind: 'timed-out', message: 'stopped after its 500 ms: step 7 [2J of 9' },
      info: { log: 'began\nstep 7\u001b[2J of 9\n' },
    })
    // Text from long before is not kept, nor the text of the unit before it in the same worker.
    const flood =
      '(loop $f (call $log (i32.const 256) (i32.const 900)) (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br_if $f (i32.lt_u (local.get 0) (i32.const 50))))'
    const flooded = await stopped(says('the last', flood))
    expect(flooded).toMatchObject({ fault: { message: 'stopped after its 500 ms: the last' } })
    const log = flooded?.info?.['log']
    if (typeof log !== 'string') throw new Error('what it said is there')
    expect(log.length).toBeLessThan(2_048)
    expect(log.endsWith('\nthe last\n')).toBe(true)
    expect(
      await stopped('(module (memory (export "memory") 1) (func (export "_start") (loop $l (br $l))))'),
    ).toEqual({
      kind: 'failed',
      fault: { kind: 'timed-out', message: 'stopped after its 500 ms' },
    })
  })

  it('run on an engine that names the meter', () => {
    const engine = runner.algorithms().find(({ algorithmId }) => algorithmId === 'wasm.module')?.engine
    expect(engine).toBe(`wasm.module@${moduleRules.version}+${METERING}`)
  })

  it('are measured in fuel per second as a share of the reference machine', async () => {
    const score = await runner.benchmark('wasm.module', { signal: new AbortController().signal })
    expect(score).toBeGreaterThan(0)
    expect(score).toBeLessThanOrEqual(1)
  })
})

describe('a unit', () => {
  it('[X3] uses the same fuel in a fresh worker, a warm one, and another process', async () => {
    const unit = {
      module: lineStatistics,
      input: text,
      params: { args: ['--top', '3'], seed: 9 },
      unitIndex: 5,
    }
    const [one, two] = [await startRunner(1), await startRunner(1)]
    const fuels: unknown[] = []
    const outputs: string[] = []
    for (const runner of [one, one, one, two]) {
      const outcome = await outcomeOf(runner, unit)
      fuels.push(done(outcome).metrics.fuel)
      outputs.push(Buffer.from(await outputOf(outcome)).toString('hex'))
    }
    expect(fuels[0]).toBeGreaterThan(1_000)
    expect(new Set(fuels).size).toBe(1)
    expect(new Set(outputs).size).toBe(1)
  })

  it('[X3] uses the same fuel alone, in a batch, and after units of other modules', async () => {
    const runner = await startRunner(2)
    const unit = { module: histogram, input: text }
    const alone = done(await outcomeOf(runner, unit)).metrics.fuel
    const tasks = await Promise.all(
      Array.from({ length: 60 }, (_, i) => taskOf(i % 3 === 1 ? { module: lineStatistics } : unit, `${i}`)),
    )
    const outcomes = await outcomesOf(runner, tasks)
    const fuels = tasks.filter((_, i) => i % 3 !== 1).map(({ id }) => done(outcomes.get(id)).metrics.fuel)
    expect(new Set(fuels)).toEqual(new Set([alone]))
  })
})
