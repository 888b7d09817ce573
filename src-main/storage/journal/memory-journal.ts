import { EVIDENCE_BYTES_MAX, type EvidenceMark, type EvidenceRecord } from '../../ports/evidence.ts'
import type { Journal, Snapshot } from '../../ports/journal.ts'
import { assert, refuse } from '../../protocol/fault.ts'
import type { JobId } from '../../protocol/ids.ts'
import { recordChecksum } from './checksum.ts'
import { SNAPSHOTS_KEPT } from './journal.ts'

/** Records that are dropped at a time: few, so that tests see the work in pieces. */
const PRUNED_MAX = 3

/** The stand-in for a peer's disk, which outlives the memory journal. Tests damage it on purpose. */
export interface MemoryDisk {
  /** Sequence number of `records[0]`. */
  firstSequence: number
  records: { bytes: Uint8Array; checksum: number; evidence?: EvidenceMark }[]
  /** Evidence that is no longer among the records, oldest first. */
  evidence: (EvidenceRecord & { readonly job: JobId })[]
  /** Oldest first. */
  snapshots: { sequence: number; parts: Uint8Array[]; checksum: number }[]
}

/** An empty disk. */
export function createMemoryDisk(): MemoryDisk {
  return { firstSequence: 1, records: [], evidence: [], snapshots: [] }
}

/**
 * The journal's twin in memory, with the same promises over the life of `disk`: open a second one over the same
 * disk to restart the peer. It copies what it is given and hands out copies, as a disk does.
 */
export function openMemoryJournal(disk: MemoryDisk, evidenceBytesMax = EVIDENCE_BYTES_MAX): Journal {
  const intact = ({ sequence, parts, checksum }: MemoryDisk['snapshots'][number]) =>
    checksum === partsChecksum(sequence, parts)
  disk.snapshots = disk.snapshots.filter(intact)
  const base = newestSnapshot(disk)
  assert(base >= disk.firstSequence - 1, 'a snapshot is intact, or the history is whole')
  let last = cutTornTail(disk, base)
  let open = true

  return {
    append(records) {
      assert(open, 'a closed journal is not used')
      for (const { bytes, evidence } of records) {
        last += 1
        const checksum = recordChecksum(last, bytes)
        disk.records.push({ bytes: bytes.slice(), checksum, ...(evidence === undefined ? {} : { evidence }) })
      }
      return last
    },
    latestSnapshot() {
      assert(open, 'a closed journal is not used')
      const newest = disk.snapshots.findLast(intact)
      return newest && { sequence: newest.sequence, parts: newest.parts.map((part) => part.slice()) }
    },
    *readAfter(sequence) {
      assert(open, 'a closed journal is not used')
      for (let next = sequence + 1; ; next++) {
        const record = intactRecord(disk, next)
        if (!record) return
        yield { sequence: next, bytes: record.slice() }
      }
    },
    saveSnapshot({ sequence, parts }: Snapshot) {
      assert(open, 'a closed journal is not used')
      assert(sequence <= last, 'a snapshot holds only what the journal has')
      assert(sequence >= newestSnapshot(disk), 'snapshots are saved in order')
      const saved = Array.from(parts, (part) => part.slice())
      const snapshot = { sequence, parts: saved, checksum: partsChecksum(sequence, saved) }
      disk.snapshots = [...disk.snapshots.filter((s) => s.sequence !== sequence), snapshot].slice(
        -SNAPSHOTS_KEPT,
      )
    },
    prune() {
      assert(open, 'a closed journal is not used')
      const oldest = disk.snapshots[0]
      if (oldest === undefined || disk.snapshots.length < SNAPSHOTS_KEPT) return false
      const until = Math.min(oldest.sequence, disk.firstSequence + PRUNED_MAX - 1)
      if (until < disk.firstSequence) return false
      keepEvidence(disk, until, evidenceBytesMax)
      prune(disk, until)
      return until < oldest.sequence
    },
    evidence: {
      ofJob(job, { after, limit }) {
        assert(open, 'a closed journal is not used')
        return [...disk.evidence, ...evidenceAmong(disk, Number.POSITIVE_INFINITY)]
          .filter((one) => one.job === job && one.sequence > after)
          .slice(0, limit)
          .map(({ sequence, atMs, bytes }) => ({ sequence, atMs, bytes: bytes.slice() }))
      },
      kept: () => ({ records: disk.evidence.length, bytes: bytesOf(disk.evidence) }),
    },
    close() {
      open = false
    },
  }
}

function partsChecksum(sequence: number, parts: readonly Uint8Array[]): number {
  return recordChecksum(sequence, Buffer.concat(parts))
}

function newestSnapshot({ snapshots }: MemoryDisk): number {
  return snapshots[snapshots.length - 1]?.sequence ?? 0
}

function intactRecord(disk: MemoryDisk, sequence: number): Uint8Array | undefined {
  const record = disk.records[sequence - disk.firstSequence]
  return record?.checksum === (record && recordChecksum(sequence, record.bytes)) ? record?.bytes : undefined
}

function cutTornTail(disk: MemoryDisk, base: number): number {
  let last = base
  while (intactRecord(disk, last + 1)) last += 1
  const end = disk.firstSequence + disk.records.length
  let after = 0
  for (let sequence = last + 1; sequence < end; sequence++) if (intactRecord(disk, sequence)) after++
  if (after > 0)
    refuse('storage-failed', `journal record ${last + 1} is damaged, and ${after} after it are intact`)
  disk.records.length = Math.min(disk.records.length, last - disk.firstSequence + 1)
  // Everything after the base was torn, and the base itself lies beyond the records: numbering goes on from there.
  if (disk.firstSequence + disk.records.length !== last + 1) {
    disk.records = []
    disk.firstSequence = last + 1
  }
  return last
}

/** The intact evidence among the records up to one of them. */
function evidenceAmong(disk: MemoryDisk, until: number): MemoryDisk['evidence'] {
  return disk.records.flatMap(({ evidence }, at) => {
    const sequence = disk.firstSequence + at
    const bytes = intactRecord(disk, sequence)
    if (evidence === undefined || bytes === undefined || sequence > until) return []
    return [{ ...evidence, sequence, bytes }]
  })
}

function keepEvidence(disk: MemoryDisk, until: number, bytesMax: number): void {
  disk.evidence.push(...evidenceAmong(disk, until))
  while (bytesOf(disk.evidence) > bytesMax) disk.evidence.shift()
}

function bytesOf(evidence: MemoryDisk['evidence']): number {
  return evidence.reduce((sum, { bytes }) => sum + bytes.byteLength, 0)
}

function prune(disk: MemoryDisk, sequence: number): void {
  const count = Math.max(0, sequence - disk.firstSequence + 1)
  disk.records.splice(0, count)
  disk.firstSequence += count
}
