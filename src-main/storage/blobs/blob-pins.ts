import type { Cid } from '../../protocol/ids.ts'
import type { BlobIndex } from './blob-index.ts'
import { isDiskFull } from '../database/database.ts'

/** Owners that may wait to let go: each job of a peer is one, or a few of its units at a time. */
const WAITING_MAX = 100_000

/** Who needs which blobs. */
export interface BlobPins {
  /** @throws FaultError `disk-full` */
  pin(cids: Cid | readonly Cid[], owner: string, guest?: string): void
  /** Lets go of some of an owner's blobs, or all. A disk that has no room even to write that down hears of it later. */
  unpin(owner: string, cids?: readonly Cid[]): void
}

/** Pins over an index; what could not be let go of is tried again with whatever is pinned or let go of next. */
export function createBlobPins(index: Pick<BlobIndex, 'pin' | 'unpin'>): BlobPins {
  let waiting: (readonly [owner: string, cids: readonly Cid[] | undefined])[] = []

  /** In order: an owner may pin anew what it has let go of. */
  function letGo(): void {
    for (let done = 0; done < waiting.length; done++) {
      const [owner, cids] = waiting[done] ?? ['', []]
      try {
        index.unpin(owner, cids)
      } catch (error) {
        waiting = waiting.slice(done)
        throw error
      }
    }
    waiting = []
  }

  return {
    pin(cids, owner, guest) {
      letGo()
      index.pin(cids, owner, guest)
    },
    unpin(owner, cids) {
      waiting.push([owner, cids])
      try {
        letGo()
      } catch (error) {
        if (!isDiskFull(error) || waiting.length > WAITING_MAX) throw error
      }
    },
  }
}
