import { expect } from 'vitest'
import type { RequestOf } from '#contract'
import { describeJobKind } from '../job-kind.contract.ts'

const noop: RequestOf<'other'> = {
  kind: 'other',
  algorithm_id: 'mesh.noop',
  algorithm_version: '1.0.0',
  params: {},
  inputs: {},
  unit_count: 3,
  estimated_duration_seconds: 0.001,
  resources: { cpu_cores: 1, ram_gb: 0.05 },
  redundancy: 1,
  priority: 0.5,
}

describeJobKind({
  kind: 'other',
  request: () => Promise.resolve(noop),
  refused: (upload) => upload(Buffer.from('x')).then((dataset) => ({ ...noop, encrypt: true, dataset })),
  refusedWith: 'bad-input',
  // Each unit's output is its index as 8 bytes.
  check: (result) => {
    expect([...new BigUint64Array(Uint8Array.from(result).buffer)]).toEqual([0n, 1n, 2n])
  },
})
