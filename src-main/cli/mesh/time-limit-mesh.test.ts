import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApiCalls } from '../../api/transport/client.ts'
import { wat } from '../../compute/metering/wat.fixture.ts'
import { startMeasuredPeer } from '../../measured.fixture.ts'
import { pairAll, stopDemoPeer, type DemoPeer } from '../demo/demo-peers.ts'
import { runMeshctl } from '../meshctl.ts'

/** Two peers in processes of their own, and a module that never ends. */
let folder: string
let looping: string
const peers: DemoPeer[] = []

/** Says where it is, with a character that would move a terminal's cursor, and goes round for ever. */
const LOOPING = `(module
  (import "meshwork" "log" (func $log (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "began\\nstep 7\\1b[2J of 9\\n")
  (func (export "alloc") (param i32) (result i32) (i32.const 64))
  (func (export "run") (param i32 i32) (result i64)
    (call $log (i32.const 0) (i32.const 22))
    (loop $again (br $again))
    (i64.const 0)))`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshwork-limit-'))
  looping = join(folder, 'looping.wasm')
  await writeFile(looping, wat(LOOPING))
  const started = await Promise.all(['ada', 'bea'].map((name) => startMeasuredPeer(folder, name)))
  peers.push(...started)
  await pairAll(peers)
  const runs = ({ algorithms }: Awaited<ReturnType<ApiCalls['node']['info']>>): boolean =>
    algorithms.some(({ algorithm_id, supported }) => algorithm_id === 'wasm.module' && supported)
  const allRun = async () => (await Promise.all(peers.map(({ api }) => api.calls.node.info()))).every(runs)
  while (!(await allRun())) await new Promise((resolve) => setTimeout(resolve, 100))
})

afterAll(async () => {
  await Promise.all(peers.map(stopDemoPeer))
  await rm(folder, { recursive: true, force: true })
})

/** One command line. */
async function said(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const code = await runMeshctl(argv, {
    out: (text) => void (out += text),
    outBytes: () => Promise.reject(new Error('not asked for')),
    err: (text) => void (err += text),
    columns: undefined,
  })
  return { code, out, err }
}

/** One command line to the first peer. */
const meshctl = (...argv: string[]) => said(...argv, '--data', join(folder, 'ada'))

/** The first peer's record of the second. */
async function recordOfBea() {
  const [bea] = await peers[0]!.api.calls.people.list()
  const { failed, expired, rejected, reliability_by_day } = bea!
  return { failed, expired, rejected, today: reliability_by_day.at(-1) }
}

const BLAMELESS = { failed: 0, expired: 0, rejected: 0, today: null }

describe('a module that never ends, on two peers', () => {
  it.each(['1', '2'])(
    '[W36] [X20] ends its job in one line with its limit and its last words, redundancy %s, without blame',
    async (redundancy) => {
      const asked = ['submit-job', '--wasm', looping, '--timeout', '1s', '--fuel', '3e13']
      const { code, out, err } = await meshctl(...asked, '--redundancy', redundancy, '--wait')
      expect({ code, out }).toEqual({ code: 1, out: '' })
      expect(err).toBe(
        'meshctl: unit 0 ran for its 1 s on 2 peers, 3 times without ending; submit-job --timeout gives it longer' +
          ' (stopped after its 1000 ms: step 7 [2J of 9)\n',
      )
      const [job] = await peers[0]!.api.calls.jobs.list()
      const status = await meshctl('job-status', job!.job_id)
      expect(status.out).toMatch(/^state +failed: unit 0 ran for its 1 s/m)
      expect(status.out).toMatch(/^peer +verified +running +wrong\/failed\/late +out of time +cpu$/m)
      const counted = [...status.out.matchAll(/^(?:ada \(this peer\)|bea) +0 +\d +0\/0\/0 +(\d)/gm)]
      // Three decide; a fourth may be on its way by then.
      const times = counted.map(([, count]) => Number(count)).sort()
      expect([
        [1, 2],
        [2, 2],
      ]).toContainEqual(times)
      const consensus = await meshctl('job-consensus', job!.job_id, '0')
      console.error(consensus.out)
      const line = /^12D3Koo\w+ +timed-out +stopped after its 1000 ms: step 7 \[2J of 9$/gm
      expect(consensus.out.match(line)?.length, consensus.out).toBeGreaterThanOrEqual(3)
      expect(await recordOfBea()).toEqual(BLAMELESS)
    },
  )

  // A busy machine takes seconds to begin with it.
  it('[X20] is stopped by meshctl run with its last words too, and what it logged is shown', async () => {
    const { code, err } = await said('run', looping, '--timeout', '5s', '--fuel', '3e13')
    expect(code).toBe(1)
    expect(err).toBe('began\nstep 7\ufffd[2J of 9\n\nmeshctl: stopped after its 5000 ms: step 7 [2J of 9\n')
  })
})
