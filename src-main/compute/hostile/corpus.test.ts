/**
 * The hostile corpus under the full stack: the program's own registry in a real compute host, blobs in files.
 * Everything runs twice, and ends twice in the same way.
 */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outcomesOf } from '../../ports/runner.contract.ts'
import type { Runner, RunInput, RunOutcome, RunTask } from '../../ports/runner.ts'
import { cidOfDigest, RAW } from '../../protocol/cid.ts'
import type { Params } from '../../protocol/work.ts'
import { INPUT_ROLE, MODULE_ROLE, WASM_MODULE } from '../../protocol/wasm-job.ts'
import { clock } from '../clock.fixture.ts'
import { forkHost, type HostProcess } from '../fork-host.ts'
import { createRunner } from '../runner.ts'
import { CORPUS } from './corpus.fixture.ts'
import { meshworkResult, type HostileCase } from './hostile-case.fixture.ts'

/** The case files count on these. */
const LIMITS = {
  fuel: 20_000_000,
  memory_pages: 256,
  table_elements: 10_000,
  output_bytes: 1 << 20,
  log_bytes: 1_000,
  wall_ms: 60_000,
} as const
const RUN_LIMITS = {
  wallMsMax: LIMITS.wall_ms,
  memoryBytesMax: 128 << 20,
  outputBytesMax: LIMITS.output_bytes,
}
/** A message that does nothing to a terminal, whatever the module wrote into it. */
const PRINTABLE_LINE = /^[^\p{Cc}\p{Cf}]+$/u
const DEFAULTS: Params = { limits: LIMITS }

let folder: string
let runner: Runner
const hosts: HostProcess[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshwork-hostile-'))
  await mkdir(join(folder, 'blobs'))
  runner = createRunner({
    clock,
    stagingFolder: join(folder, 'staging'),
    blobFolder: join(folder, 'blobs'),
    workers: 2,
    spawnHost: (order) => {
      const host = forkHost(order)
      hosts.push(host)
      return host
    },
  })
  await runner.start()
})
afterAll(async () => {
  await runner.stop()
  await rm(folder, { recursive: true })
})

async function blobOf(bytes: Uint8Array): Promise<RunInput> {
  const cid = cidOfDigest(RAW, createHash('sha256').update(bytes).digest())
  const path = join(folder, 'blobs', cid)
  await writeFile(path, bytes)
  return { cid, path, layout: { kind: 'raw', bytes: bytes.byteLength } }
}

async function taskOf({ name, module, input, params }: HostileCase): Promise<RunTask> {
  return {
    id: name,
    algorithmId: WASM_MODULE.id,
    algorithmVersion: WASM_MODULE.version,
    params: params === undefined ? DEFAULTS : ({ limits: { ...LIMITS, ...params.limits } } as Params),
    inputs: {
      [MODULE_ROLE]: await blobOf(module),
      ...(input === undefined ? {} : { [INPUT_ROLE]: await blobOf(input) }),
    },
    unitIndex: 7,
    limits: RUN_LIMITS,
  }
}

/** What a run comes to, without what differs from time to time. */
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

const good: HostileCase = {
  name: 'a good unit',
  module: meshworkResult('(i64.const 0x0000100000000004)', { fields: '(data (i32.const 4096) "good")' }),
  ends: { kind: 'done' },
}

describe.each(CORPUS)('the sandbox against %s', (_, cases) => {
  let first: readonly unknown[] = []
  let second: readonly unknown[] = []
  beforeAll(async () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
    const tasks = await Promise.all(cases.map(taskOf))
    const run = async () => {
      const outcomes = await outcomesOf(runner, tasks)
      return Promise.all(tasks.map(({ id }) => endOf(outcomes.get(id))))
    }
    first = await run()
    second = await run()
  })

  it.each(cases.map((one, index) => [one.name, one, index] as const))('%s', (_name, { ends }, index) => {
    if (ends.kind === 'done') {
      const output = ends.output === undefined ? {} : { output: Buffer.from(ends.output).toString('latin1') }
      expect(first[index]).toMatchObject({ ...output, fuel: expect.any(Number) as number })
    } else {
      expect(first[index]).toEqual({
        kind: ends.kind,
        message: expect.stringMatching(ends.message) as string,
      })
      expect(first[index]).toMatchObject({ message: expect.stringMatching(PRINTABLE_LINE) as string })
    }
    expect(second[index]).toEqual(first[index])
  })

  it('leaves the host alive, and a good unit runs in it', async () => {
    const outcomes = await outcomesOf(runner, [await taskOf(good)])
    expect(await endOf(outcomes.get(good.name))).toMatchObject({ output: 'good' })
    expect(hosts.length).toBe(1)
    expect(await readdir(join(folder, 'staging'))).toEqual([])
  })
})
