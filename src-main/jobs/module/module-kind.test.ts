import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ModuleRequest } from '#contract'
import { describeJobKind } from '../job-kind.contract.ts'

const HISTOGRAM = join(import.meta.dirname, '../../../wasm/examples/c/histogram.wasm')

describeJobKind({
  kind: 'module',
  request: async (upload) =>
    ModuleRequest.parse({
      kind: 'module',
      module: await upload(await readFile(HISTOGRAM)),
      input: { kind: 'file', cid: await upload(Buffer.from('aab')) },
      limits: { memory_pages: 64 },
    }),
  refused: async (upload) =>
    ModuleRequest.parse({ kind: 'module', module: await upload(Buffer.from('no module')) }),
  refusedWith: 'module-refused',
  // A count of 8 bytes for each of the 256 values of a byte.
  check: (result) => {
    expect(result).toHaveLength(2_048)
    const counts = new BigUint64Array(Uint8Array.from(result).buffer)
    expect([counts[97], counts[98], counts[99]]).toEqual([2n, 1n, 0n])
  },
})
