import type { BlobStore } from '../../ports/blob-store.ts'
import type { TurnClock } from '../../ports/clock.ts'
import type { Cid } from '../../protocol/ids.ts'

/** Blobs of a job that are kept in one go: a job may have tens of thousands, and this peer answers meanwhile. */
const PINS_TOGETHER = 4_096

/** Keeps blobs for an owner. @returns the first that is not here, if one is not */
export async function keepAll(
  blobs: Pick<BlobStore, 'has' | 'pin'>,
  clock: Pick<TurnClock, 'soon'>,
  cids: readonly Cid[],
  owner: string,
): Promise<Cid | undefined> {
  for (let at = 0; at < cids.length; at += PINS_TOGETHER) {
    const some = cids.slice(at, at + PINS_TOGETHER)
    const missing = some.find((cid) => !blobs.has(cid))
    if (missing !== undefined) return missing
    blobs.pin(some, owner)
    await new Promise<void>((resolve) => clock.soon(resolve))
  }
  return undefined
}
