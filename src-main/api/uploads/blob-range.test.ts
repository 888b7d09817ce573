import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Cid } from '../../protocol/ids.ts'
import { machineClock, machineRandom } from '../../runtime/machine.ts'
import { openStorage, type Storage } from '../../storage/storage.ts'
import { readBlobRange } from './blob-range.ts'

const SIZE = 3_500_000
let folder: string
let storage: Storage

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshwork-range-'))
  storage = await openStorage({ folder, quotaBytes: 1 << 30, clock: machineClock })
})

afterAll(async () => {
  await storage.close()
  await rm(folder, { recursive: true, force: true })
})

it('any range of a blob, small or cut into chunks, is the same bytes as those of the whole', async () => {
  for (const size of [0, 1, 1_000, SIZE]) {
    const bytes = machineRandom.bytes(size)
    const cid = await storage.blobs.put(bytes)
    for (const [offset, length] of [
      [0, size],
      [0, 1],
      [Math.floor(size / 2), 1_234_567],
      [size - 1, 10],
      [size, 10],
      [size + 5, 10],
    ] as const) {
      if (offset < 0) continue
      const range = await readBlobRange(storage.blobs, cid, offset, Math.max(1, length))
      expect(range.totalBytes).toBe(size)
      expect(Buffer.from(range.bytes).equals(bytes.subarray(offset, offset + Math.max(1, length)))).toBe(true)
    }
  }
})

it('a blob that is not there is a fault', async () => {
  const absent = `bafkrei${'a'.repeat(52)}` as Cid
  await expect(readBlobRange(storage.blobs, absent, 0, 1)).rejects.toMatchObject({
    fault: { kind: 'blob-missing' },
  })
})
