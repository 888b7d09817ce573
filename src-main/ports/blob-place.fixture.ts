import { afterEach, beforeEach } from 'vitest'
import type { Fault } from '../protocol/fault.ts'
import type { Cid } from '../protocol/ids.ts'
import type { BlobLayout, BlobStore } from './blob-store.ts'

/** Where a blob store under test lives. */
export interface BlobPlace {
  /** Opens the store; the one opened before has been closed. */
  open(quotaBytes: number): Promise<BlobStore>
  /** Changes one byte of a stored blob's content, wherever it is kept. */
  damage(cid: Cid, offset: number): void
  /** Lets time pass for the store, back with fewer than none. */
  passTime(ms: number): void
  /** Whether these bytes are anywhere on the disk. */
  holds(bytes: Uint8Array): boolean
  /** Writes a file such as a runner leaves, to be adopted. */
  writeFile(bytes: Uint8Array): string
  dispose(): void
}

/** Room enough for what is not about room. */
export const QUOTA_BYTES = 64 << 20

/** The store of one test, open from before it until after it. */
export interface StoreUnderTest {
  readonly place: BlobPlace
  readonly blobs: BlobStore
  /** Closes it and opens it anew, as a restart does. */
  reopen(quotaBytes?: number): Promise<void>
}

/** Opens a store around each test of a suite. */
export function useStore(createPlace: () => BlobPlace): StoreUnderTest {
  let place: BlobPlace
  let blobs: BlobStore
  beforeEach(async () => {
    place = createPlace()
    blobs = await place.open(QUOTA_BYTES)
  })
  afterEach(async () => {
    await blobs.close()
    place.dispose()
  })
  return {
    get place() {
      return place
    },
    get blobs() {
      return blobs
    },
    async reopen(quotaBytes = QUOTA_BYTES) {
      await blobs.close()
      blobs = await place.open(quotaBytes)
    },
  }
}

/** Bytes without pattern, the same for the same seed. */
export function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  const words = new Uint32Array(bytes.buffer, 0, length >> 2)
  let state = Math.imul(seed, 0x9e3779b9) | 1
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[i] = state
  }
  return bytes
}

/** The same bytes with one more in the middle. */
export function edited(bytes: Uint8Array, at: number): Uint8Array {
  return Buffer.concat([bytes.subarray(0, at), Uint8Array.of(77), bytes.subarray(at)])
}

/** Whether two byte strings are the same. */
export function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

/** How a blob is cut that is more than one piece. */
export function listOf(blobs: BlobStore, cid: Cid): Extract<BlobLayout, { kind: 'list' }> {
  const layout = blobs.layout(cid)
  if (layout?.kind !== 'list') throw new Error(`${cid} is no list`)
  return layout
}

/** The kind of fault that some work ends with. */
export async function faultKind(work: Promise<unknown>): Promise<Fault['kind'] | 'no fault'> {
  try {
    await work
    return 'no fault'
  } catch (error) {
    return (error as { fault: Fault }).fault.kind
  }
}
