import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobStatus } from '#contract'
import { sampleScene } from '../../assemble.ts'
import { filesBelow } from '../../folder-files.fixture.ts'
import { startMeasuredPeer } from '../../measured.fixture.ts'
import { pairAll, stopDemoPeer, type DemoPeer } from '../demo/demo-peers.ts'
import { runMeshctl } from '../meshctl.ts'

/** Three peers in processes of their own, over real connections; the first asks, all compute. */
const EXAMPLES = join(import.meta.dirname, '../../../wasm/examples/c')
const statistics = join(EXAMPLES, 'line-statistics.wasm')
/** Stands in what goes in, in what comes out, and in the job's name. */
const MARKER = 'plainlyseen'

let folder: string
const peers: DemoPeer[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshwork-encrypted-'))
  const names = ['ada', 'bea', 'cem']
  const started = await Promise.all(names.map((name) => startMeasuredPeer(folder, name)))
  peers.push(...started)
  await pairAll(peers)
  const areMeasured = async () => {
    const infos = await Promise.all(peers.map(({ api }) => api.calls.node.info()))
    return infos.every(({ algorithms }) => algorithms.some(({ supported }) => supported))
  }
  while (!(await areMeasured())) await new Promise((resolve) => setTimeout(resolve, 100))
})

afterAll(async () => {
  await Promise.all(peers.map(stopDemoPeer))
  await rm(folder, { recursive: true, force: true })
})

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

async function submitted(...argv: string[]): Promise<JobStatus> {
  const { code, out, err } = await meshctl(...argv, '--json')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out) as JobStatus
}

const sha256Of = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')

/** Whether any file of a peer's folder, its database and log included, has the marker in it. */
function seenBy(name: string): boolean {
  return filesBelow(join(folder, name)).some(({ bytes }) => bytes.includes(MARKER))
}

describe('an encrypted job among real peers', () => {
  it('[K1, K4, K5] gives what the plain one gives, and its provider has nothing of it on disk', async () => {
    const text = join(folder, 'text.txt')
    await writeFile(text, `${MARKER} ${MARKER} other\n`.repeat(20_000))
    const asked = ['submit-job', '--wasm', statistics, '--input', text, '--split', 'lines:2000']
    const named = ['--arg', '--top', '--arg', '1', '--description', MARKER, '--redundancy', '5']
    const [sealed, plain] = [join(folder, 'sealed.out'), join(folder, 'plain.out')]
    const status = await submitted(...asked, ...named, '--encrypt', '--out', sealed)
    expect(status).toMatchObject({ encrypted: true, description: MARKER, verified: 10, rejected_outputs: 0 })
    // All three computed every unit.
    expect(status.by_peer.map(({ verified_units }) => verified_units)).toEqual([10, 10, 10])
    expect(['bea', 'cem'].map(seenBy)).toEqual([false, false])
    expect((await meshctl('job-status', status.job_id)).out).toMatch(/^encrypted /m)
    expect(JSON.stringify(status)).not.toMatch(/"key|secret/)

    const before = await submitted(...asked, ...named, '--out', plain)
    expect(before.encrypted).toBeUndefined()
    expect(await sha256Of(sealed)).toBe(await sha256Of(plain))
    expect(await readFile(sealed, 'utf8')).toContain(MARKER)
    // So that is how it would have been seen.
    expect(['bea', 'cem'].map(seenBy)).toEqual([true, true])
  })

  it('[K4] with a reduce module encrypts the step that combines the outputs too', async () => {
    const file = join(folder, 'data.bin')
    await writeFile(file, Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * i) >> 7)))
    const modules = [
      '--wasm',
      join(EXAMPLES, 'histogram.wasm'),
      '--reduce',
      join(EXAMPLES, 'add-histograms.wasm'),
    ]
    const asked = ['submit-job', ...modules, '--input', file, '--split', 'bytes:32k']
    const [sealed, plain] = [join(folder, 'sealed.histogram'), join(folder, 'plain.histogram')]
    const status = await submitted(...asked, '--encrypt', '--out', sealed)
    const follower = await submitted('job-status', status.reduced_by!.job_id)
    expect([status.encrypted, follower.encrypted]).toEqual([true, true])
    await submitted(...asked, '--out', plain)
    expect(await sha256Of(sealed)).toBe(await sha256Of(plain))
  })

  it('[K1, K5] renders the same picture, tile by tile checked by others', async () => {
    const scene = join(folder, 'box.glb')
    await writeFile(scene, await sampleScene())
    const asked = ['submit-render', scene, '--width', '96', '--height', '64', '--spp', '4', '--tile', '32']
    const [sealed, plain] = [join(folder, 'sealed.png'), join(folder, 'plain.png')]
    const status = await submitted(...asked, '--encrypt', '--out', sealed)
    expect(status).toMatchObject({ encrypted: true, verified: 6, rejected_outputs: 0 })
    await submitted(...asked, '--out', plain)
    expect(await sha256Of(sealed)).toBe(await sha256Of(plain))
  })

  it('[K4] refuses a dataset, in one line, before any work', async () => {
    const cid = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
    const { code, err } = await meshctl('submit-job', '--wasm', statistics, '--encrypt', '--dataset', cid)
    expect(code).toBe(2)
    expect(err).toMatch(/--encrypt.*--dataset/)
  })
})
