import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Benchmark, Measurement } from '../bench.ts'
import { libraryInput } from '../compute/worker/read-input.ts'
import type { FileInput } from '../compute/messages/input.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { Cid } from '../protocol/ids.ts'
import type { Seal } from '../protocol/job-key.ts'
import { blobPieces } from '../ports/blob-pieces.ts'
import { sealBlob } from '../runtime/blobs/sealed-blobs.ts'
import { openStorage } from '../storage/storage.ts'
import { openBytes, sealBytes } from './seal.ts'

const BLOB_BYTES = 64 << 20
const PIECE_BYTES = 1 << 20
const SMALL_BYTES = 98_304
const SMALL_BLOBS = 200
const QUOTA_BYTES = 8 * 2 ** 30
/** Everything is measured in turns, and the best turn counts: other programs run on this machine too. */
const TURNS = 5

const seal: Seal = { key: new Uint8Array(32).fill(1), purpose: 'input:bench' }

/** Cost of encryption against the same blobs in the open, by processor time of the same run. */
export const benchmark: Benchmark = {
  name: 'sealing',
  async run(report) {
    const folder = mkdtempSync(join(tmpdir(), 'meshwork-bench-'))
    const storage = await openStorage({ folder, quotaBytes: QUOTA_BYTES, clock: { nowMs: () => Date.now() } })
    try {
      await measureStore(storage.blobs, report)
      await measureOutputs(report)
    } finally {
      await storage.close()
      rmSync(folder, { recursive: true })
    }
  },
}

async function measureStore(blobs: BlobStore, report: (measurement: Measurement) => void): Promise<void> {
  const content = randomBytes(BLOB_BYTES)
  const cid = await blobs.put(content)
  let changed = 0
  const open = async (): Promise<void> => {
    // Another content each time: what is there already is not stored again.
    content[0] = ++changed % 256
    await blobs.putStream(pieces(content), {})
  }
  const owner = 'bench'
  const sealing = async (): Promise<void> => {
    seal.key[0] = ++changed % 256
    await sealBlob(blobs, cid, seal, { owner })
  }
  const copy = async (): Promise<void> => {
    for await (const _ of blobPieces(blobs, cid));
  }
  const stored = { open: await fastest(open), sealed: await fastest(sealing), read: await fastest(copy) }
  // Sealing reads what it seals twice, which storing what came from outside does not.
  const bare = stored.sealed - 2 * stored.read
  report(row('storing', bare, stored.open, '64 MiB as a stream, less its two readings'))
  const sealed = await sealBlob(blobs, cid, seal, { owner })
  const [plainInput, sealedInput] = [fileInput(blobs, cid), { ...fileInput(blobs, sealed), seal }]
  const target = new Uint8Array(BLOB_BYTES)
  const read = await fastest(() => libraryInput('bench', plainInput, () => undefined).readInto(target))
  const opened = await fastest(() => libraryInput('bench', sealedInput, () => undefined).readInto(target))
  report(row('reading where it is computed', opened, read, '64 MiB, verified by its CID both times'))
}

async function measureOutputs(report: (measurement: Measurement) => void): Promise<void> {
  const tile = new Uint8Array(randomBytes(SMALL_BYTES))
  const tookMs = await fastest(() => {
    for (let index = 0; index < SMALL_BLOBS; index++) openBytes(seal, sealBytes(seal, tile))
  })
  report({
    metric: 'a 64² tile sealed and opened',
    value: (tookMs * 1_000) / SMALL_BLOBS,
    unit: 'µs',
    note: '98 kB',
  })
}

function row(metric: string, tookMs: number, plainMs: number, note: string): Measurement {
  const mib = BLOB_BYTES / 2 ** 20
  return {
    metric,
    value: (mib / tookMs) * 1_000,
    unit: 'MiB/s',
    ratio: tookMs / plainMs,
    versus: 'in the open',
    note,
  }
}

function fileInput(blobs: BlobStore, cid: Cid): FileInput {
  const [path, layout] = [blobs.path(cid), blobs.layout(cid)]
  if (path === undefined || layout?.kind !== 'list') throw new Error('a blob of 64 MiB is cut, and a file')
  return { cid, path, bytes: layout.bytes, chunks: [...layout.chunks] }
}

/** Milliseconds of processor time of the best turn. */
async function fastest(work: () => Promise<void> | void): Promise<number> {
  let bestMs = Infinity
  for (let turn = 0; turn < TURNS; turn++) {
    const before = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(before)
    bestMs = Math.min(bestMs, (user + system) / 1_000)
  }
  return bestMs
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES)
    yield await Promise.resolve(bytes.subarray(at, at + PIECE_BYTES))
}
