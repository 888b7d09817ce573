import { assert, refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import type { BlobFiles } from './blob-files.ts'
import type { BlobIndex } from './blob-index.ts'
import type { BlobInGrace } from './guest-table.ts'

/** Room set aside for something that is being written. */
export interface Reservation {
  /** Sets more room aside. @throws FaultError `quota-exceeded` */
  grow(bytes: number): void
  /** Gives it all back; later calls do nothing. */
  release(): void
}

/** Shares out the disk's space. */
export interface BlobSpace {
  /**
   * Sets room aside, dropping the least recently used unpinned blobs. What is here for others gets no more than its
   * share of the quota. @throws FaultError `quota-exceeded`
   */
  reserve(bytes: number, forWhom?: 'own' | 'others'): Reservation
  /** Blobs came in or went. */
  stored(change: number): void
  /** A broken-off transfer's file stays, until its room is needed. */
  suspend(cid: Cid, bytes: number): void
  /** Removes the blobs that `decide` names, and what the disk had of them, in one transaction with what it changes. */
  erase(decide: () => readonly BlobInGrace[]): void
  /** Removes a broken-off transfer, if there is one of this blob. */
  eraseSuspended(cid: Cid): void
  /** A broken-off transfer goes on; its room is its receiver's matter from now on. */
  resume(cid: Cid): void
  /** Another quota from now on; drops unpinned blobs above it. */
  setQuota(bytes: number): void
  usage(): { readonly bytes: number; readonly quotaBytes: number }
}

/** When room is needed, this share of the quota is freed at least, or a full store would drop one blob for each. */
const SLACK_SHARE = 1 / 64

/** The part of the quota kept for the user: else others' jobs could keep the user's from running here. */
const OWN_SHARE = 1 / 4

/**
 * Keeps the blob folder within its quota.
 *
 * @param suspended broken-off transfers found at the start, least recently written first
 * @param storedBytes what the blobs take at the start
 */
export function createBlobSpace(options: {
  index: BlobIndex
  files: BlobFiles
  quotaBytes: number
  suspended: readonly { readonly cid: Cid; readonly bytes: number }[]
  storedBytes: number
}): BlobSpace {
  const { index, files } = options
  let { quotaBytes } = options
  // `8 << 30` is 0: a quota counts in more than 32 bits.
  assert(quotaBytes > 0, 'the quota is a positive number of bytes')
  const suspended = createSuspended(files, options.suspended)
  let blobBytes = options.storedBytes
  let reservedBytes = 0
  const inUse = () => blobBytes + reservedBytes + suspended.bytes()

  const others = createOthersShare(index)

  function makeRoom(bytes: number): void {
    // Transfers that may never go on are worth less than anything that is whole.
    for (const cid of suspended.cids()) {
      if (inUse() + bytes <= quotaBytes) return
      suspended.erase(cid)
    }
    const lacking = inUse() + bytes - quotaBytes
    if (lacking <= 0) return
    const doomed =
      index.leastRecentlyUsed(Math.max(lacking, Math.floor(quotaBytes * SLACK_SHARE))) ??
      index.leastRecentlyUsed(lacking)
    if (!doomed) {
      refuse('quota-exceeded', `${bytes} bytes do not fit: ${inUse()} of ${quotaBytes} are in use and needed`)
    }
    drop(doomed)
  }

  function drop(doomed: readonly { id: number; cid: Cid; bytes: number }[]): void {
    if (doomed.length === 0) return
    index.remove(doomed.map(({ id }) => id))
    discardAll(doomed)
  }

  function discardAll(removed: readonly { cid: Cid; bytes: number }[]): void {
    for (const { cid, bytes: freed } of removed) {
      files.discard(files.path(cid))
      blobBytes -= freed
    }
  }

  return {
    reserve(bytes, forWhom = 'own') {
      let held = 0
      const grow = (more: number) => {
        if (forWhom === 'others') drop(others.makeRoom(more, { quotaBytes, inUse: inUse() }))
        makeRoom(more)
        held += more
        reservedBytes += more
        if (forWhom === 'others') others.reserved(more)
      }
      grow(bytes)
      return {
        grow,
        release() {
          reservedBytes -= held
          if (forWhom === 'others') others.released(held)
          held = 0
        },
      }
    },
    stored(change) {
      blobBytes += change
    },
    suspend: (cid, bytes) => suspended.add(cid, bytes),
    erase: (decide) => discardAll(index.erase(decide)),
    eraseSuspended: (cid) => suspended.erase(cid),
    resume: (cid) => suspended.forget(cid),
    setQuota(bytes) {
      assert(bytes > 0, 'the quota is a positive number of bytes')
      quotaBytes = bytes
      // Blobs that are needed stay above the quota until they are not, and nothing new comes in before.
      drop(index.leastRecentlyUsedUpTo(inUse() - quotaBytes))
    },
    usage: () => ({ bytes: inUse(), quotaBytes }),
  }
}

/** Broken-off transfers and the room that their unfinished files take, least recently written first. */
function createSuspended(files: BlobFiles, found: readonly { readonly cid: Cid; readonly bytes: number }[]) {
  const bytesOf = new Map(found.map(({ cid, bytes }) => [cid, bytes]))
  let total = found.reduce((sum, { bytes }) => sum + bytes, 0)

  function forget(cid: Cid): void {
    total -= bytesOf.get(cid) ?? 0
    bytesOf.delete(cid)
  }

  return {
    cids: () => bytesOf.keys(),
    bytes: () => total,
    add(cid: Cid, bytes: number): void {
      forget(cid)
      bytesOf.set(cid, bytes)
      total += bytes
    },
    forget,
    /** Removes one with its file, if it is known. */
    erase(cid: Cid): void {
      if (!bytesOf.has(cid)) return
      files.discard(files.partialPath(cid))
      forget(cid)
    },
  }
}

/** The share of the quota that blobs for others may take. */
function createOthersShare(index: BlobIndex) {
  /** An upper bound of the bytes that are here or on their way for others; counted anew before a refusal. */
  let bytesMax = Number.POSITIVE_INFINITY
  let reservedBytes = 0

  return {
    /**
     * The blobs to drop so that so much more fits: those in their time of grace, the oldest first.
     * @throws FaultError `quota-exceeded` where these are not enough
     */
    makeRoom(
      bytes: number,
      { quotaBytes, inUse }: { readonly quotaBytes: number; readonly inUse: number },
    ): readonly BlobInGrace[] {
      const room = Math.floor(quotaBytes * (1 - OWN_SHARE))
      if (inUse + bytes <= room || bytesMax + bytes <= room) return []
      bytesMax = index.guests.storedBytes() + reservedBytes
      const lacking = bytesMax + bytes - room
      if (lacking <= 0) return []
      const doomed: BlobInGrace[] = []
      let freed = 0
      for (const blob of index.guests.inGrace().reverse()) {
        if (freed >= lacking) break
        doomed.push(blob)
        freed += blob.bytes
      }
      if (freed < lacking) {
        const used = `${bytesMax} of ${room} are in use`
        refuse('quota-exceeded', `${bytes} bytes do not fit into what this PC keeps for others: ${used}`)
      }
      bytesMax -= freed
      return doomed
    },
    reserved(bytes: number): void {
      reservedBytes += bytes
      bytesMax += bytes
    },
    released(bytes: number): void {
      reservedBytes -= bytes
    },
  }
}
