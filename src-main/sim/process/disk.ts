import { decodeEvent, decodeState } from '../../peer/codec.ts'
import { initialState, type PeerState } from '../../peer/state.ts'
import { initialView } from '../../peer/view.ts'
import { step } from '../../peer/step.ts'
import { assert } from '../../protocol/fault.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import type { Publication, StoreName } from '../message.ts'

/** The data that survives a peer's crash: its journal, its blobs and other peers' publications. */
export interface Disk {
  /** Every record that was ever flushed; a real journal drops those before the snapshot. */
  readonly records: Uint8Array[]
  snapshot: { readonly sequence: number; readonly bytes: Uint8Array } | undefined
  readonly blobs: Set<Cid>
  /** The newest publication of each author, by store (`cacheable` stores of document 000). */
  readonly remembered: Map<StoreName, Map<PeerId, Publication>>
}

/** An empty disk. */
export function createDisk(): Disk {
  return {
    records: [],
    snapshot: undefined,
    blobs: new Set(),
    remembered: new Map<StoreName, Map<PeerId, Publication>>([
      ['commitment', new Map<PeerId, Publication>()],
      ['allocation', new Map<PeerId, Publication>()],
    ]),
  }
}

/** The state that a disk describes, as the runtime restores it: the snapshot and the records after it. */
export function restoreState(disk: Disk, me: PeerId, name: string): PeerState {
  if (disk.snapshot === undefined) return replay(initialState(me, name), disk.records)
  const decoded = decodeState(disk.snapshot.bytes)
  assert(decoded.ok, 'a snapshot that was written can be read')
  return replay(decoded.value, disk.records.slice(disk.snapshot.sequence))
}

/**
 * Follows a disk's journal from its beginning: returns the state that the whole journal describes, without any snapshot.
 * Each call reads the records since the last one only, so that a journal that is looked at often is not replayed as often.
 */
export function followJournal(disk: Disk, me: PeerId, name: string): () => PeerState {
  const state = initialState(me, name)
  let read = 0
  return () => {
    const whole = replay(state, disk.records.slice(read))
    read = disk.records.length
    return whole
  }
}

/** Steps this state through the records. Returns it with nothing known of the moment. */
function replay(state: PeerState, records: readonly Uint8Array[]): PeerState {
  for (const bytes of records) {
    const event = decodeEvent(bytes)
    assert(event.ok, 'a record that was written can be read')
    step(state, event.value)
  }
  return { ...state, view: initialView() }
}
