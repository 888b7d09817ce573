import { expect } from 'vitest'
import { NoopRequest } from '../../../src-preload/contract/job-kinds/noop.ts'
import { describeJobKind } from '../job-kind.contract.ts'

describeJobKind({
  kind: 'noop',
  request: () => Promise.resolve(NoopRequest.parse({ kind: 'noop', units: 3 })),
  refused: async (upload) => {
    const dataset = await upload(Buffer.from('x'))
    return NoopRequest.parse({ kind: 'noop', encrypt: true, dataset })
  },
  refusedWith: 'bad-input',
  // Each unit's output is its index as 8 bytes.
  check: (result) => {
    expect([...new BigUint64Array(Uint8Array.from(result).buffer)]).toEqual([0n, 1n, 2n])
  },
})
