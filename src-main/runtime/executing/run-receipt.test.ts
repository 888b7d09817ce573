import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStorage, type Storage } from '../../storage/storage.ts'
import { cidOfBytes } from '../content-id.ts'
import { machineClock } from '../machine.ts'
import { receiptOutcome } from './run-receipt.ts'

let folder: string
let storage: Storage
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshwork-receipt-'))
  storage = await openStorage({ folder, quotaBytes: 2 ** 30, clock: machineClock })
})
afterEach(async () => {
  await storage.close()
  await rm(folder, { recursive: true })
})

it.each([
  [512, true],
  [513, false],
])(
  '[W6] an output of %i bytes travels in its receipt: %s; a larger one is stored',
  async (length, isInside) => {
    const { blobs } = storage
    const bytes = new Uint8Array(length).fill(7)
    const metrics = { wall_ms: 1, cpu_ms: 1, peak_memory_bytes: 1, input_bytes: 0, output_bytes: length }
    const outcome = await receiptOutcome(
      blobs,
      { kind: 'done', output: { kind: 'bytes', bytes }, extras: {}, info: {}, metrics },
      { owner: 'holding' },
      undefined,
    )
    const cid = cidOfBytes(bytes)
    expect(outcome).toEqual({ kind: 'output', cid, metrics, ...(isInside ? { inline: bytes } : {}) })
    expect(blobs.has(cid)).toBe(!isInside)
  },
)
