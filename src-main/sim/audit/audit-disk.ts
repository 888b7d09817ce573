import { encodeState } from '../../peer/codec.ts'
import type { PeerState } from '../../peer/state.ts'
import { equalBytes } from '../../protocol/canonical.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { followJournal, restoreState } from '../process/disk.ts'
import type { Resident } from '../resident.ts'
import { hold } from './broken.ts'

/** Checks that the journal, from its beginning or from a snapshot, gives the state byte for byte. */
export interface DiskAudit {
  /** A peer started on the state that its disk restored. @throws Broken */
  restarted(resident: Resident, restored: PeerState): void
  /** A run is over. @throws Broken */
  ended(resident: Resident): void
}

/** Creates the audit of all disks in a world. */
export function createDiskAudit(): DiskAudit {
  const journals = new Map<PeerId, () => PeerState>()

  /** The state that the whole journal of a peer gives. */
  function wholeOf({ plan: { peer, name }, disk }: Resident): Uint8Array {
    const follow = journals.get(peer) ?? followJournal(disk, peer, name)
    journals.set(peer, follow)
    return encodeState(follow())
  }

  return {
    restarted(resident, restored) {
      checkRestored(resident, wholeOf(resident), restored)
    },
    ended(resident) {
      const { plan, disk, process } = resident
      const whole = wholeOf(resident)
      checkRestored(resident, whole, restoreState(disk, plan.peer, plan.name))
      if (process === undefined) return
      hold(
        'S7',
        equalBytes(whole, encodeState(process.state)),
        () => `${plan.name}: the journal is not the state`,
      )
    },
  }
}

function checkRestored({ plan }: Resident, whole: Uint8Array, restored: PeerState): void {
  hold(
    'S7',
    equalBytes(whole, encodeState(restored)),
    () => `${plan.name}: a snapshot and its tail are not the journal`,
  )
}
