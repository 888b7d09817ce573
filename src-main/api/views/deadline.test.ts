import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { JobId, type Cid } from '../../protocol/ids.ts'
import { faultOfRejected } from '../transport/rejected.fixture.ts'
import { servePeer, type ServedPeer } from '../transport/served-peer.fixture.ts'

const HOUR_MS = 3_600_000
let peer: ServedPeer
beforeAll(async () => {
  peer = await servePeer('deadline')
  // Measured within a second or two; the hook's own time ends it otherwise.
  while ((await peer.client.calls.node.info()).algorithms.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
})
afterAll(() => peer.stop())

/** Units that take no time, which is unknown before one has run. */
const request = {
  kind: 'other' as const,
  algorithm_id: 'mesh.noop',
  algorithm_version: '1.0.0',
  params: {},
  unit_count: 10_000,
  estimated_duration_seconds: 3_600,
  resources: { cpu_cores: 1, ram_gb: 0.1 },
  redundancy: 1,
}

test('[F3] a job that cannot meet its deadline says so when it is submitted, in the list and in its status', async () => {
  const { calls } = peer.client
  const deadline_ms = Date.now() + HOUR_MS
  const { job_id, deadline_at_risk } = await calls.jobs.submit({ ...request, deadline_ms, redundancy: 1 })
  expect(deadline_at_risk?.expected_end_ms).toBeGreaterThan(deadline_ms)
  await calls.jobs.pause({ job_id })
  const paused = await calls.jobs.status({ job_id })
  expect(paused.deadline_ms).toBe(deadline_ms)
  expect(paused).not.toHaveProperty('deadline_at_risk')
  await calls.jobs.cancel({ job_id })
})

test('[L6] a dataset and what units need are part of the job, and the dataset is kept with it', async () => {
  const { calls } = peer.client
  const { blobs, runtime } = peer.hosted.peer
  const dataset = await blobs.put(new Uint8Array(randomBytes(5_000)))
  const needs = { disk_gb: 1e6, network_mbps: 0 }
  const { job_id } = await calls.jobs.submit({ ...request, dataset, needs })
  expect(runtime.state.requester.jobs.get(job_id)?.manifest).toMatchObject({
    required_dataset: dataset,
    required_resources: { cpu_cores: 1, disk_gb: 1e6 },
  })
  expect(blobs.info(dataset)?.pinned).toBe(true)
  const { waiting } = await calls.jobs.status({ job_id })
  expect(waiting?.kind).toBe('nobody-fits')
  expect(waiting?.message).toContain('1000000 GB of disk')
  await calls.jobs.cancel({ job_id })
  await calls.jobs.remove({ job_id })
  expect(blobs.info(dataset)?.pinned).toBe(false)
})

test('[L3] a dataset that this peer lacks is accepted, and what is no CID or no moment is refused', async () => {
  const { calls } = peer.client
  const dataset = `bafkrei${'a'.repeat(52)}` as Cid
  const { job_id } = await calls.jobs.submit({ ...request, dataset })
  await calls.jobs.cancel({ job_id })
  const wrong = { ...request, dataset: 'my data' as Cid }
  await expect(calls.jobs.submit(wrong)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  for (const deadline_ms of [-1, 8.64e15 + 1, 1e15, Number.NaN]) {
    await expect(calls.jobs.submit({ ...request, deadline_ms })).rejects.toBeDefined()
  }
  expect(await faultOfRejected(calls.jobs.status({ job_id: JobId.parse('none') }))).toMatchObject({
    kind: 'unknown-job',
  })
})
