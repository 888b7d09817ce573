import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { JobStatus } from '#contract'
import type { ApiCalls } from '../../api/transport/client.ts'
import type { JobId } from '../../protocol/ids.ts'
import { startMeasuredPeer } from '../../measured.fixture.ts'
import { pairAll, stopDemoPeer, type DemoPeer } from '../demo/demo-peers.ts'
import { runMeshctl } from '../meshctl.ts'

/** Three peers in processes of their own, over real connections, that run strangers' modules for each other. */
const EXAMPLES = join(import.meta.dirname, '../../../wasm/examples/c')
const histogram = join(EXAMPLES, 'histogram.wasm')
const addHistograms = join(EXAMPLES, 'add-histograms.wasm')
const statistics = join(EXAMPLES, 'line-statistics.wasm')

let folder: string
const peers: DemoPeer[] = []
let calls: ApiCalls

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshwork-mesh-'))
  const names = ['ada', 'bea', 'cem']
  const started = await Promise.all(names.map((name) => startMeasuredPeer(folder, name)))
  peers.push(...started)
  await pairAll(peers)
  calls = peers[0]!.api.calls
  const runs = (status: Awaited<ReturnType<ApiCalls['node']['info']>>): boolean =>
    status.algorithms.some(({ algorithm_id, supported }) => algorithm_id === 'wasm.module' && supported)
  const allRun = async () => (await Promise.all(peers.map(({ api }) => api.calls.node.info()))).every(runs)
  while (!(await allRun())) await new Promise((resolve) => setTimeout(resolve, 100))
})

afterAll(async () => {
  await Promise.all(peers.map(stopDemoPeer))
  await rm(folder, { recursive: true, force: true })
})

/** One command line to the first peer. */
async function meshctl(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const code = await runMeshctl([...argv, '--data', join(folder, 'ada')], {
    out: (text) => void (out += text),
    outBytes: () => Promise.reject(new Error('not asked for')),
    err: (text) => void (err += text),
    columns: undefined,
  })
  return { code, out, err }
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

/** Submits, waits for the end, and saves the result. */
async function submitted(...argv: string[]): Promise<JobStatus> {
  const { code, out, err } = await meshctl('submit-job', ...argv, '--json')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out) as JobStatus
}

/** Each peer's results for each unit of a job: its output and its fuel. */
async function claims(
  job_id: JobId,
  units: number,
): Promise<{ peer: string; cid: unknown; fuel?: number }[][]> {
  const all = []
  for (let unit_index = 0; unit_index < units; unit_index++) {
    const { results, is_verified } = await calls.jobs.consensus({ job_id, unit_index })
    expect(is_verified).toBe(true)
    all.push(
      results.map(({ computed_by_peer: peer, result_data: cid, fuel }) => ({
        peer,
        cid,
        ...(fuel === undefined ? {} : { fuel }),
      })),
    )
  }
  return all
}

function countsOf(content: Uint8Array): Buffer {
  const counts = new BigUint64Array(256)
  for (const byte of content) counts[byte] = (counts[byte] ?? 0n) + 1n
  return Buffer.from(counts.buffer)
}

describe('three peers and a stranger’s module', () => {
  it('agree on output and fuel of every part of a split file, and one more unit adds them up', async () => {
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i) >> 7))
    const input = await file('data.bin', content)
    const out = join(folder, 'data.histogram')
    const status = await submitted(
      ...['--wasm', histogram, '--input', input, '--split', 'bytes:64k', '--reduce', addHistograms],
      // The quorum of five is three: each unit is done when all three peers have run it.
      ...['--redundancy', '5', '--description', 'Data analysis', '--fuel', '5e9', '--out', out],
    )
    expect(status).toMatchObject({ state: { kind: 'done' }, units: 5, verified: 5, rejected_outputs: 0 })
    expect(status.reduced_by?.state.kind).toBe('done')
    expect((await readFile(out)).equals(countsOf(content))).toBe(true)
    let fuel = 0
    for (const [unit, said] of (await claims(status.job_id, 5)).entries()) {
      expect(said.length, `unit ${unit}`).toBe(3)
      expect(new Set(said.map(({ peer }) => peer)).size).toBe(3)
      expect(new Set(said.map((claim) => `${String(claim.cid)} ${claim.fuel ?? 'none'}`)).size).toBe(1)
      expect(said[0]!.fuel).toBeGreaterThan(100_000)
      fuel += said[0]!.fuel!
    }
    expect(status.fuel).toBe(fuel)
    const shown = await meshctl('job-consensus', status.job_id, '0')
    expect(shown.out.match(/right$/gm)).toHaveLength(3)
    expect((await meshctl('job-status', status.job_id)).out).toMatch(/^fuel +[\d,]+ units/m)
    expect(await meshctl('remove-job', status.job_id)).toMatchObject({ code: 0 })
    expect((await meshctl('list-jobs')).out).toBe('no jobs\n')
  })

  it('run a WASI program on many files, a unit each, and their outputs come in the order of the names', async () => {
    await mkdir(join(folder, 'texts'))
    for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) {
      await file(`texts/${name}.txt`, 'word\n'.repeat(index + 1))
    }
    const out = join(folder, 'texts.out')
    const status = await submitted(
      ...['--wasm', statistics, '--inputs', join(folder, 'texts/*'), '--arg', '--top', '--arg', '1'],
      ...['--out', out],
    )
    expect(status).toMatchObject({ state: { kind: 'done' }, units: 4, description: 'line-statistics.wasm' })
    const lines = (await readFile(out, 'utf8')).match(/^lines \d+$/gm)
    expect(lines).toEqual(['lines 1', 'lines 2', 'lines 3', 'lines 4'])
    for (const said of await claims(status.job_id, 4))
      expect(new Set(said.map(({ fuel }) => fuel)).size).toBe(1)
    const again = join(folder, 'again.out')
    expect(await meshctl('job-result', status.job_id, '--out', again)).toMatchObject({ code: 0 })
    expect(await readFile(again, 'utf8')).toBe(await readFile(out, 'utf8'))
  })

  it('end a job whose module fails everywhere with its own fault, and say where', async () => {
    const { code, out, err } = await meshctl('submit-job', '--wasm', statistics, '--arg', '--bogus', '--wait')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^meshctl: unit 0 failed: ended with exit code 1: .*--bogus.*\n$/)
  })

  it('refuse a bad module at its submission in one line, and publish nothing', async () => {
    const bad = await file('bad.wasm', 'this is no module')
    const before = (await calls.jobs.list()).length
    const { code, out, err } = await meshctl('submit-job', '--wasm', bad)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^meshctl: module refused: [^\n]+\n$/)
    const reduce = await meshctl('submit-job', '--wasm', histogram, '--reduce', bad, '--json')
    expect(z.object({ fault: z.object({ kind: z.literal('module-refused') }) }).parse(JSON.parse(reduce.out)))
    expect((await calls.jobs.list()).length).toBe(before)
  })
})
