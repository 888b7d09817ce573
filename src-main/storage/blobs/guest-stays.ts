import { GUEST_GRACE_BLOBS_MAX, GUEST_GRACE_SHARE } from '../../ports/blob-store.ts'
import type { Cid } from '../../protocol/ids.ts'
import type { BlobDependencies } from './blob-ingest.ts'
import type { BlobReceivers } from './blob-receiver.ts'
import type { BlobInGrace } from './guest-table.ts'

/** Ends the stays of blobs that came for others. */
export interface GuestStays {
  /** @throws FaultError `disk-full`, `storage-failed` */
  expel(guest: string): void
  /** @throws FaultError `disk-full`, `storage-failed`; nothing is changed then */
  sweep(): void
}

/** Blobs that are removed in one go: the peer answers meanwhile, and the next sweep goes on. */
const ERASED_TOGETHER_MAX = 1_000

/** Builds it over the index of guests and the disk's space. */
export function createGuestStays(
  { index, space }: BlobDependencies,
  receivers: Pick<BlobReceivers, 'isReceiving'>,
): GuestStays {
  const { guests } = index
  /** Whether there may be more in grace than there is room for; true until it was looked. */
  let isLookDue = true

  /** The blobs in grace beyond their room: those unneeded for longest. */
  function tooMuch(): BlobInGrace[] {
    let room = space.usage().quotaBytes * GUEST_GRACE_SHARE
    const blobs = guests.inGrace()
    const first = blobs.findIndex(({ bytes }, position) => {
      room -= bytes
      return room < 0 || position >= GUEST_GRACE_BLOBS_MAX
    })
    return first < 0 ? [] : blobs.slice(first)
  }

  /** One transaction: a crash leaves the stays and the blobs, or neither. */
  function endStays(): { ended: Cid[]; erased: BlobInGrace[] } {
    const ended = guests.endStays((cid) => receivers.isReceiving(cid), ERASED_TOGETHER_MAX)
    const rows = ended.flatMap((cid) => index.find(cid) ?? [])
    const more = isLookDue ? tooMuch() : []
    const erased = [...rows, ...more.slice(0, Math.max(0, ERASED_TOGETHER_MAX - rows.length))]
    for (const { cid } of erased) guests.forget(cid)
    isLookDue = rows.length + more.length > erased.length
    return { ended, erased }
  }

  return {
    expel: (guest) => index.unflushed(() => guests.expel(guest)),
    sweep() {
      isLookDue ||= guests.hasNews()
      if (!isLookDue && !guests.isAnyDue()) return
      let ended: Cid[] = []
      space.erase(() => {
        const stays = endStays()
        ended = stays.ended
        return stays.erased
      })
      for (const cid of ended) space.eraseSuspended(cid)
    },
  }
}
