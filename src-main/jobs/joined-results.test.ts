import { afterAll, beforeAll, expect, it } from 'vitest'
import { servePeer, type ServedPeer } from '../api/transport/served-peer.fixture.ts'
import { faultOfRejected } from '../api/transport/rejected.fixture.ts'
import { JobId } from '../protocol/ids.ts'
import { toTimestamp } from '../protocol/time.ts'
import type { JobManifest } from '../protocol/work.ts'

let served: ServedPeer
beforeAll(async () => (served = await servePeer('requester', undefined, 'off')))
afterAll(() => served.stop())

/** Submits two units that do nothing, with a manifest as another version may have written it, and awaits their end. */
async function finished(name: string, changes: Partial<JobManifest>): Promise<JobId> {
  const { runtime, clock } = served.hosted.peer
  const job_id = JobId.parse(name)
  await runtime.submit({
    job_id,
    requester_id: runtime.state.me,
    description: name,
    algorithm_id: 'mesh.noop',
    algorithm_version: '1.0.0',
    params: {},
    inputs: {},
    unit_count: 2,
    required_resources: { cpu_cores: 1, ram_gb: 0.2 },
    estimated_duration_seconds: 0.001,
    priority: 0.5,
    verification_redundancy: 1,
    created_at: toTimestamp(clock.nowMs()),
    ...changes,
  })
  for await (const { state } of await served.client.calls.jobs.watch({ job_id })) {
    if (state.kind === 'done') break
  }
  return job_id
}

it('joins the outputs of a job of an older version, which did not say how its result is made', async () => {
  const [older, now] = [await finished('noop-older', {}), await finished('noop-now', { result: 'joined' })]
  const { jobs } = served.client.calls
  const [a, b] = [await jobs.result({ job_id: older }), await jobs.result({ job_id: now })]
  expect(a).toEqual(b)
  expect(a.bytes).toBe(16)
})

it.each(['assembled', 'painted'])('says that a result that is %s takes a newer version', async (result) => {
  const job_id = await finished(`noop-${result}`, { result })
  const fault = await faultOfRejected(served.client.calls.jobs.result({ job_id }))
  expect(fault.kind).toBe('unsupported')
  expect(fault.message).toContain('newer version')
})
