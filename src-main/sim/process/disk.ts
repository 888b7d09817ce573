import { decodeEvent } from '../../peer/codec.ts'
import { initialState, type PeerState } from '../../peer/state.ts'
import { step } from '../../peer/step.ts'
import { initialView } from '../../peer/view.ts'
import type { Journal, NewRecord } from '../../ports/journal.ts'
import { assert } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { restore } from '../../runtime/restore.ts'
import type { Publication, StoreName } from '../message.ts'
import { createBlobDisk, type BlobDisk } from './blob-disk.ts'
import { createDiskHistory, type DiskHistory } from './history.ts'

/** The data that survives a peer's crash: its journal, its blobs and other peers' publications. */
export interface Disk {
  /** Every record that was ever flushed; a real journal drops those before the snapshot. */
  readonly records: NewRecord[]
  snapshot: { readonly sequence: number; readonly parts: readonly Uint8Array[] } | undefined
  readonly blobs: BlobDisk
  readonly history: DiskHistory
  /** The newest publication of each author, by store (`cacheable` stores of document 000). */
  readonly remembered: ReadonlyMap<StoreName, Map<PeerId, Publication>>
}

/** An empty disk. */
export function createDisk(): Disk {
  return {
    records: [],
    snapshot: undefined,
    blobs: createBlobDisk(),
    history: createDiskHistory(),
    remembered: new Map([['commitment', new Map<PeerId, Publication>()]]),
  }
}

/** The journal on a disk. Blobs, pins and ended jobs that were put before a record are flushed with it. */
export function openJournal(disk: Disk): Journal {
  return {
    append(records) {
      disk.records.push(...records)
      disk.blobs.flush()
      disk.history.flush()
      return disk.records.length
    },
    latestSnapshot: () => disk.snapshot,
    *readAfter(sequence) {
      for (let next = sequence; next < disk.records.length; next++) {
        const record = disk.records[next]
        assert(record !== undefined, 'records have no gaps')
        yield { sequence: next + 1, bytes: record.bytes }
      }
    },
    saveSnapshot({ sequence, parts }) {
      disk.snapshot = { sequence, parts: [...parts] }
    },
    prune: () => false,
    // No user of a simulation asks for it.
    evidence: { ofJob: () => [], kept: () => ({ records: 0, bytes: 0 }) },
    close: () => undefined,
  }
}

/** The state that a disk describes, as the runtime restores it: the snapshot and the records after it. */
export function restoreState(disk: Disk, me: PeerId, name: string): PeerState {
  return restore(openJournal(disk), me, name).state
}

/**
 * Follows a disk's journal from its beginning: returns the state that the whole journal describes, without any snapshot.
 * Each call reads the records since the last one only, so that a journal that is looked at often is not replayed as often.
 */
export function followJournal(disk: Disk, me: PeerId, name: string): () => PeerState {
  const state = initialState(me, name)
  let read = 0
  return () => {
    for (const { bytes } of disk.records.slice(read)) {
      const event = decodeEvent(bytes)
      assert(event.ok, 'a record that was written can be read')
      step(state, event.value)
    }
    read = disk.records.length
    return { ...state, view: initialView() }
  }
}
