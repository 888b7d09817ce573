import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RequestOf } from '#contract'
import { faultOfRejected } from '../../api/transport/rejected.fixture.ts'
import { servePeer, type ServedPeer } from '../../api/transport/served-peer.fixture.ts'
import { uploadSource } from '../../api/transport/transfer.ts'
import { UnitLimits } from '../../protocol/unit-limits.ts'

const HISTOGRAM = join(import.meta.dirname, '../../../wasm/examples/c/histogram.wasm')

let served: ServedPeer
beforeAll(async () => (served = await servePeer('requester', undefined, 'off')))
afterAll(() => served.stop())

/** A job of a module as version 1.1.0 described it: the limits of a unit among the parameters. */
async function request(limits: RequestOf<'other'>['params'][string]): Promise<RequestOf<'other'>> {
  const { calls } = served.client
  const bytes = Uint8Array.from(await readFile(HISTOGRAM))
  const read = (offset: number, length: number) => Promise.resolve(bytes.slice(offset, offset + length))
  return {
    kind: 'other',
    algorithm_id: 'wasm.module',
    algorithm_version: '1.1.0',
    params: { limits },
    inputs: { module: await uploadSource(calls, { bytes: bytes.length, read }) },
    unit_count: 1,
    estimated_duration_seconds: 1,
    resources: { cpu_cores: 1, ram_gb: 0.3 },
    redundancy: 1,
    priority: 0.5,
  }
}

it('a module that is described as an older version did is run as one of today', async () => {
  const { jobs } = served.client.calls
  const { job_id } = await jobs.submit(await request({ memory_pages: 64 }))
  const { manifest } = served.hosted.peer.runtime.state.requester.jobs.get(job_id)!
  expect(manifest).toMatchObject({
    algorithm_version: '1.2.0',
    limits: UnitLimits.parse({ memory_pages: 64 }),
  })
  let state: string | undefined
  for await (const status of await jobs.watch({ job_id })) state = status.state.kind
  expect(state).toBe('done')
  expect(await jobs.result({ job_id })).toMatchObject({ bytes: 2_048 })
})

it('limits that no peer could read are refused, and no defect', async () => {
  const { jobs } = served.client.calls
  const before = (await jobs.list()).length
  const fault = await faultOfRejected(jobs.submit(await request({ fuel: -1 })))
  expect(fault.kind).toBe('bad-input')
  expect(fault.message).toContain('limits.fuel')
  expect(await jobs.list()).toHaveLength(before)
})
