import { expect } from 'vitest'
import type { RequestOf } from '#contract'
import { describeJobKind } from '../job-kind.contract.ts'

const request: RequestOf<'other'> = {
  kind: 'other',
  algorithm_id: 'test.wait',
  algorithm_version: '1.0.0',
  params: { wait_ms: 5 },
  inputs: {},
  unit_count: 3,
  estimated_duration_seconds: 0.005,
  resources: { cpu_cores: 1, ram_gb: 0.05 },
  redundancy: 1,
  priority: 0.5,
}

describeJobKind({
  kind: 'other',
  registry: new URL('../../compute/waiting.fixture.ts', import.meta.url),
  request: () => Promise.resolve(request),
  refused: async (upload) => {
    const dataset = await upload(Buffer.from('x'))
    return { ...request, encrypt: true, dataset }
  },
  refusedWith: 'bad-input',
  // Each unit's output is its index in 4 bytes.
  check: (result) => {
    expect([...new Uint32Array(Uint8Array.from(result).buffer)]).toEqual([0, 1, 2])
  },
})
