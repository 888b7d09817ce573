import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { servePeer, type ServedPeer } from '../../api/transport/served-peer.fixture.ts'
import { newMeasuredFolder } from '../../measured.fixture.ts'
import { runMeshctl } from '../meshctl.ts'

let folder: string
let peer: ServedPeer
beforeAll(async () => {
  folder = await newMeasuredFolder('meshwork-jobs-')
  peer = await servePeer('redundancy', folder)
})
afterAll(() => peer.stop())

/** One command line on the peer: its exit code and what it said. */
async function meshctl(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const terminal = {
    out: (text: string) => void (out += text),
    outBytes: () => Promise.resolve(),
    err: (text: string) => void (err += text),
    columns: undefined,
  }
  const code = await runMeshctl([...argv, '--data', folder], terminal)
  return { code, out, err }
}

test('[W42] meshctl lets one peer compute each unit of a job that waits for a second one, which then ends', async () => {
  const { calls } = peer.client
  const { job_id } = await calls.jobs.submit({
    kind: 'other',
    algorithm_id: 'mesh.noop',
    algorithm_version: '1.0.0',
    params: {},
    unit_count: 3,
    estimated_duration_seconds: 1,
    resources: { cpu_cores: 1, ram_gb: 0.1 },
    redundancy: 2,
  })
  await vi.waitFor(async () => {
    expect((await calls.jobs.status({ job_id })).waiting?.kind).toBe('more-verifiers')
  }, 20_000)
  expect(await meshctl('job-redundancy', job_id, '1')).toEqual({
    code: 0,
    out: `each open unit of ${job_id} is computed by 1 peer from now on, and checked by no other\n`,
    err: '',
  })
  await vi.waitFor(async () => {
    const { state, redundancy } = await calls.jobs.status({ job_id })
    expect({ state: state.kind, redundancy }).toEqual({ state: 'done', redundancy: 1 })
  }, 20_000)
  const again = await meshctl('job-redundancy', job_id, '1')
  expect(again.code).toBe(2)
  expect(again.err).toContain(`job ${job_id} is done already`)
})
