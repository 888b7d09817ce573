import type { Cid } from '../../protocol/ids.ts'

/** A blob on a disk. */
export interface StoredBlob {
  readonly bytes: Uint8Array
  /** Whether it is the user's own, and not here for guests alone. */
  isOwn: boolean
  readonly guests: Set<string>
  /** Since when no pin needs it; minus infinity once its guest was expelled. */
  unneededSinceMs: number
}

/** The blobs and pins on a disk. A change counts only once it is flushed: a power cut before undoes it. */
export interface BlobDisk {
  readonly blobs: ReadonlyMap<Cid, StoredBlob>
  readonly addBlob: (cid: Cid, blob: StoredBlob) => void
  readonly deleteBlob: (cid: Cid) => void
  /** The blobs that each owner keeps. */
  readonly pins: ReadonlyMap<string, ReadonlySet<Cid>>
  /** The owners of each blob's pins. */
  readonly owners: ReadonlyMap<Cid, ReadonlySet<string>>
  readonly addPin: (cid: Cid, owner: string) => void
  readonly removePin: (cid: Cid, owner: string) => void
  readonly flush: () => void
  /** The power is gone: what was not flushed is undone. */
  readonly lose: () => void
}

/** A disk without blobs. */
export function createBlobDisk(): BlobDisk {
  const blobs = new Map<Cid, StoredBlob>()
  const pins = new Map<string, Set<Cid>>()
  const owners = new Map<Cid, Set<string>>()
  let unflushed: (() => void)[] = []

  function pin(cid: Cid, owner: string): void {
    pins.set(owner, (pins.get(owner) ?? new Set<Cid>()).add(cid))
    owners.set(cid, (owners.get(cid) ?? new Set<string>()).add(owner))
  }

  function unpin(cid: Cid, owner: string): void {
    const kept = pins.get(owner)
    kept?.delete(cid)
    if (kept?.size === 0) pins.delete(owner)
    const others = owners.get(cid)
    others?.delete(owner)
    if (others?.size === 0) owners.delete(cid)
  }

  return {
    blobs,
    addBlob(cid, blob) {
      blobs.set(cid, blob)
      unflushed.push(() => blobs.delete(cid))
    },
    deleteBlob: (cid) => void blobs.delete(cid),
    pins,
    owners,
    addPin(cid, owner) {
      if (owners.get(cid)?.has(owner) === true) return
      pin(cid, owner)
      unflushed.push(() => unpin(cid, owner))
    },
    removePin(cid, owner) {
      if (owners.get(cid)?.has(owner) !== true) return
      unpin(cid, owner)
      unflushed.push(() => pin(cid, owner))
    },
    flush() {
      unflushed = []
    },
    lose() {
      for (const undo of unflushed.reverse()) undo()
      unflushed = []
    },
  }
}
