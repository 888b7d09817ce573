import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { assert } from '../../protocol/fault.ts'
import { openStorage } from '../storage.ts'

// A process for blob-store.test.ts to kill: stores blobs of every kind without end, a few at the same time, and
// writes each CID to stdout once its put has resolved. Those without a flush share a turn with others, or have none.
const [folder] = process.argv.slice(2)
assert(folder !== undefined, 'the test names a folder')
const { blobs } = await openStorage({ folder, quotaBytes: 1 << 30, clock: { nowMs: () => Date.now() } })
const acknowledge = (cid: string): void => void writeSync(1, `${cid}\n`)
for (;;) {
  await Promise.all([
    ...[100, 30_000, 400, 2_500_000].map(async (bytes) => acknowledge(await blobs.put(randomBytes(bytes)))),
    ...[200, 50_000].map(async (bytes) => acknowledge(await blobs.putUnflushed(randomBytes(bytes)))),
  ])
  await Promise.all(
    [300, 40_000].map(async (bytes) => acknowledge(await blobs.putUnflushed(randomBytes(bytes)))),
  )
}
