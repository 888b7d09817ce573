import { hash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Benchmark, Measurement } from '../bench.ts'
import { JobId } from '../protocol/ids.ts'
import { openStorage, type Storage } from './storage.ts'

type Report = (measurement: Measurement) => void

/** A receipt or an award, encoded. */
const RECORD_BYTES = 300
const RECORDS = 4_000
const BATCH = 100
/** A batch of receipts in its envelope. */
const EVIDENCE_RECORD_BYTES = 5_000
const EVIDENCE_BYTES = 20_000_000
const BLOB_BYTES = 64 << 20
const QUOTA_BYTES = 8 * 2 ** 30
/** Chunks under way at the same time, as over a network. */
const PIPELINED = 4
const SMALL_BLOBS = 2_000
/** Everything is measured in turns, and the best turn counts: other programs run on this machine too. */
const TURNS = 3

/** Speed of the journal and the blob store against what they are made of, in the same run. */
export const benchmark: Benchmark = {
  name: 'storage',
  async run(report) {
    const folder = mkdtempSync(join(tmpdir(), 'meshwork-bench-'))
    const storage = await openStorage({ folder, quotaBytes: QUOTA_BYTES, clock: { nowMs: () => Date.now() } })
    try {
      measureJournal(storage, folder, report)
      measurePruning(storage, report)
      await measureBlobs(storage, folder, report)
      await measureSmallBlobs(storage, report)
      await measureStart(storage, folder, report)
    } finally {
      await storage.close()
      rmSync(folder, { recursive: true })
    }
  },
}

function measureJournal({ journal }: Storage, folder: string, report: Report): void {
  const raw = new Database(join(folder, 'raw.sqlite'))
  raw.pragma('locking_mode = EXCLUSIVE')
  raw.pragma('journal_mode = WAL')
  raw.pragma('synchronous = FULL')
  raw.exec('CREATE TABLE record (id INTEGER PRIMARY KEY, bytes BLOB)')
  const insert = raw.prepare<[Uint8Array]>('INSERT INTO record (bytes) VALUES (?)')
  const insertBatch = raw.transaction((batch: readonly Uint8Array[]) => {
    for (const record of batch) insert.run(record)
  })
  const record = Buffer.alloc(RECORD_BYTES, 7)
  const batch = Array.from({ length: BATCH }, () => record)
  const many = RECORDS * 10
  const speeds = inTurns({
    single: () => repeat(RECORDS, () => journal.append([{ bytes: record }])),
    singleRaw: () => repeat(RECORDS, () => insert.run(record)),
    batched: () => repeat(many / BATCH, () => journal.append(batch.map((bytes) => ({ bytes })))),
    batchedRaw: () => repeat(many / BATCH, () => insertBatch(batch)),
    read() {
      let count = 0
      for (const _ of journal.readAfter(0)) if (++count === many) break
    },
  })
  const single = RECORDS * speeds.single
  const batched = many * speeds.batched
  const read = many * speeds.read
  const [singleRatio, batchedRatio] = [speeds.single / speeds.singleRaw, speeds.batched / speeds.batchedRaw]
  raw.close()
  const versus = 'raw better-sqlite3 insert'
  const flushed = `${RECORD_BYTES} bytes, synchronous=FULL`
  report({
    metric: 'append, one by one',
    value: single,
    unit: 'records/s',
    ratio: singleRatio,
    versus,
    note: flushed,
  })
  report({
    metric: `append, ${BATCH} at a time`,
    value: batched,
    unit: 'records/s',
    ratio: batchedRatio,
    versus,
    note: flushed,
  })
  report({ metric: 'read and check for a restore', value: read, unit: 'records/s' })
}

/** The time for which a peer stands still while evidence leaves the journal, a piece a turn. */
function measurePruning({ journal }: Storage, report: Report): void {
  const bytes = Buffer.alloc(EVIDENCE_RECORD_BYTES, 7)
  const evidence = { job: JobId.parse('bench'), atMs: 0 }
  const batch = Array.from({ length: BATCH }, () => ({ bytes, evidence }))
  // What the other measurements left is not counted.
  save(journal)
  save(journal)
  while (journal.prune());
  let longestMs = Infinity
  let pieces = 0
  for (let turn = 0; turn < TURNS; turn++) {
    for (let i = 0; i < EVIDENCE_BYTES / EVIDENCE_RECORD_BYTES / BATCH; i++) journal.append(batch)
    let longestInTurnMs = timed(() => save(journal))
    save(journal)
    pieces = 0
    const piece = { hasMore: true }
    const prune = (): void => void (piece.hasMore = journal.prune())
    for (; piece.hasMore; pieces++) longestInTurnMs = Math.max(longestInTurnMs, timed(prune))
    longestMs = Math.min(longestMs, longestInTurnMs)
  }
  report({
    metric: 'evidence out of the journal, longest piece',
    value: longestMs,
    unit: 'ms',
    note: `${EVIDENCE_BYTES / 1e6} MB in ${pieces} pieces, the snapshot counted too`,
  })
}

function save(journal: Storage['journal']): void {
  journal.saveSnapshot({ sequence: journal.append([]), parts: [Buffer.from('state')] })
}

function timed(work: () => void): number {
  const begunMs = performance.now()
  work()
  return performance.now() - begunMs
}

async function measureBlobs({ blobs }: Storage, folder: string, report: Report): Promise<void> {
  const bytes = noise(BLOB_BYTES)
  const speeds = { put: 0, plainWrite: 0, read: 0, plainRead: 0, receive: 0 }
  const keep = (name: keyof typeof speeds, speed: number) => (speeds[name] = Math.max(speeds[name], speed))
  for (let turn = 0; turn < TURNS; turn++) {
    // Another content each turn, in every chunk, or the store would have it already.
    for (let at = 0; at < BLOB_BYTES; at += 4_096) bytes[at] = turn
    const plain = join(folder, `plain-${turn}`)
    keep(
      'plainWrite',
      await megabytesPerSecond(async () => {
        hash('sha256', bytes)
        const file = await open(plain, 'wx')
        await file.write(bytes)
        await file.sync()
        await file.close()
      }),
    )
    let cid = await blobs.put(Buffer.alloc(0))
    keep(
      'put',
      await megabytesPerSecond(async () => {
        cid = await blobs.put(bytes)
      }),
    )
    keep('plainRead', await megabytesPerSecond(async () => void hash('sha256', await readFile(plain))))
    keep(
      'read',
      await megabytesPerSecond(async () => {
        await blobs.read(cid)
      }),
    )
    const layout = blobs.layout(cid)
    const other = await openStorage({
      folder: join(folder, `other-${turn}`),
      quotaBytes: 1 << 30,
      clock: { nowMs: () => Date.now() },
    })
    const receiver = other.blobs.receive(cid)
    const receiving = megabytesPerSecond(async () => {
      if (layout) await receiver.accept(layout)
      const missing = receiver.missing()
      for (let i = 0; i < missing.length; i += PIPELINED) {
        const some = missing.slice(i, i + PIPELINED)
        await Promise.all(some.map(async (at) => receiver.chunk(at, await blobs.readChunk(cid, at))))
      }
      await receiver.finish()
    })
    keep('receive', await receiving)
    await other.close()
  }
  const size = `${BLOB_BYTES >> 20} MiB, cut by content, flushed`
  report({
    metric: 'blob put',
    value: speeds.put,
    unit: 'MB/s',
    ratio: speeds.put / speeds.plainWrite,
    versus: 'sha256 + write + fsync',
    note: size,
  })
  report({
    metric: 'blob read, verified',
    value: speeds.read,
    unit: 'MB/s',
    ratio: speeds.read / speeds.plainRead,
    versus: 'read + sha256',
    note: size,
  })
  report({
    metric: 'blob copied chunk by chunk to another store',
    value: speeds.receive,
    unit: 'MB/s',
    target: '≥ 200 MB/s',
    met: speeds.receive >= 200,
    note: 'verified on both sides, no network',
  })
}

async function measureSmallBlobs({ blobs }: Storage, report: Report): Promise<void> {
  let next = 0
  const contents = () =>
    Array.from({ length: SMALL_BLOBS }, () => Buffer.from(`a small output, number ${next++}`))
  const together = await rate(SMALL_BLOBS, contents, async (all) => {
    await Promise.all(all.map((content) => blobs.put(content)))
  })
  const alone = await rate(SMALL_BLOBS, contents, async (all) => {
    for (const content of all) await blobs.put(content)
  })
  report({
    metric: 'small blobs, asked together',
    value: together,
    unit: 'blobs/s',
    note: 'about 30 bytes each',
  })
  report({
    metric: 'small blobs, one after another',
    value: alone,
    unit: 'blobs/s',
    note: 'about 30 bytes each',
  })
}

async function measureStart(storage: Storage, folder: string, report: Report): Promise<void> {
  const { sequence, blobs } = { sequence: storage.journal.append([]), blobs: storage.blobs.usage().bytes }
  await storage.close()
  const began = performance.now()
  const again = await openStorage({ folder, quotaBytes: QUOTA_BYTES, clock: { nowMs: () => Date.now() } })
  const value = performance.now() - began
  await again.close()
  report({
    metric: 'open',
    value,
    unit: 'ms',
    note: `${sequence} records to check, ${Math.round(blobs / 1e6)} MB of blobs to sweep`,
  })
}

/** How often each piece of work is done in a second, at its best turn. They take turns, so that all meet the same load. */
function inTurns<K extends string>(works: Record<K, () => void>): Record<K, number> {
  const best = new Map<string, number>()
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [name, work] of Object.entries<() => void>(works)) {
      const began = performance.now()
      work()
      best.set(name, Math.max(best.get(name) ?? 0, 1000 / (performance.now() - began)))
    }
  }
  return Object.fromEntries(best) as Record<K, number>
}

function repeat(count: number, work: () => unknown): void {
  for (let i = 0; i < count; i++) work()
}

async function rate<T>(
  count: number,
  prepare: () => T,
  work: (prepared: T) => Promise<void>,
): Promise<number> {
  let best = 0
  for (let turn = 0; turn < TURNS; turn++) {
    const prepared = prepare()
    const began = performance.now()
    await work(prepared)
    best = Math.max(best, (count * 1000) / (performance.now() - began))
  }
  return best
}

async function megabytesPerSecond(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return BLOB_BYTES / 1e3 / (performance.now() - began)
}

/** Bytes without pattern, so that cuts fall where they do in real files. */
function noise(length: number): Uint8Array {
  const words = new Uint32Array(length >> 2)
  let state = 1
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[i] = state
  }
  return new Uint8Array(words.buffer)
}
