import type { PeerState } from '../../peer/state.ts'
import { trustOf } from '../../peer/pairing/trust.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { HOLDING_PIN, holdingOfGuest, holdingOfPin, LOOK_PIN } from './blob-rights.ts'

/** Sees to it that what others' jobs left here goes (SPEC D10). */
export interface GuestBlobs {
  /** Forgets fetches that an earlier run had begun, so that they begin anew; to be called before anything is fetched. */
  begin(): void
  /**
   * Releases the blobs of ended holdings, expels guests no longer trusted and what was sealed for an ended job, and
   * deletes what is due. It costs little where nothing is.
   * @throws FaultError `disk-full`, `storage-failed`; the next call goes on
   */
  look(): void
}

/**
 * Creates it. Pins follow the holdings in the state: a crash between the journal and an effect, or an output that was stored
 * while its job ended, leaves no blob that is kept for nothing.
 */
export function createGuestBlobs(
  state: PeerState,
  blobs: Pick<BlobStore, 'owned' | 'unpin' | 'guests' | 'expel' | 'sweep'>,
): GuestBlobs {
  return {
    begin() {
      for (const owner of blobs.owned(LOOK_PIN)) blobs.unpin(owner)
    },
    look() {
      for (const owner of blobs.owned(HOLDING_PIN)) {
        if (!state.provider.holdings.has(holdingOfPin(owner))) blobs.unpin(owner)
      }
      for (const guest of blobs.guests()) {
        const holding = holdingOfGuest(guest)
        const isOver =
          holding === undefined ? trustOf(state, guest as PeerId) <= 0 : !state.provider.holdings.has(holding)
        if (isOver) blobs.expel(guest)
      }
      blobs.sweep()
    },
  }
}
