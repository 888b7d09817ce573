import type { Cid } from '../protocol/ids.ts'

/** A blob up to this size is one piece, named by the digest of its bytes. */
export const RAW_BYTES_MAX = 1 << 20
/** A chunk's size: two of them fit into one direct message, and a peer holds a few per transfer in memory. */
export const CHUNK_BYTES_MAX = 2 << 20
/** Chunks of one blob, about 19 GiB in all: their list stays below `NODE_BYTES_MAX` (47 bytes each). */
export const CHUNKS_MAX = 20_000
/** The list of a blob's chunks, which travels in one message. */
export const NODE_BYTES_MAX = 1 << 20

/**
 * Blobs that came for others' jobs stay for so long after the last of these jobs: the next frame of the same scene, or the
 * next run of the same module, does not fetch them again.
 */
export const GUEST_GRACE_MS = 60 * 60_000
/** So much of the quota at most is given to blobs that nothing needs any longer … */
export const GUEST_GRACE_SHARE = 1 / 4
/** … and however small they are, there are no more of them: a job may have a million parts. */
export const GUEST_GRACE_BLOBS_MAX = 10_000

/** The keeper of a blob: the owner of a pin, and for another peer's job, that peer. */
export interface BlobKeeper {
  readonly owner: string
  readonly guest?: string
}

/** Something stored, as the store sees it. */
export interface BlobInfo {
  readonly cid: Cid
  readonly bytes: number
  readonly pinned: boolean
}

/** A piece of a blob: bytes up to `CHUNK_BYTES_MAX`, named by the CID of exactly these bytes (codec raw). */
export interface BlobChunk {
  readonly cid: Cid
  readonly bytes: number
}

/**
 * A blob's layout for transfer. Up to 1 MiB a blob is one raw chunk, and its CID is the chunk's. A larger one is
 * a dag-cbor node that lists its chunks; its CID is the node's.
 */
export type BlobLayout =
  | { readonly kind: 'raw'; readonly bytes: number }
  | {
      readonly kind: 'list'
      readonly node: Uint8Array
      readonly chunks: readonly BlobChunk[]
      readonly bytes: number
    }

/**
 * Content by CID on disk. A blob is one file, verified when it enters; what is found corrupt later is dropped and
 * reported as missing, so that it is fetched again. Structures (manifests) enter as dag-cbor blobs, codec 0x71.
 */
export interface BlobStore {
  /**
   * Stores bytes, cut by content when they are more than 1 MiB. When it resolves, they survive a power cut.
   * @throws FaultError `quota-exceeded`, `storage-failed`
   */
  put(bytes: Uint8Array): Promise<Cid>
  /**
   * The same, but few bytes survive a power cut only when something is journaled or put after them: many small outputs
   * then cost the flush of the event that tells of them. With a keeper they are pinned as they enter.
   */
  putUnflushed(bytes: Uint8Array, keeper?: BlobKeeper): Promise<Cid>
  /** Stores a canonical dag-cbor structure of at most 1 MiB under its dag-cbor CID. */
  putStructure(bytes: Uint8Array): Promise<Cid>
  /** Stores a stream of any length without holding it in memory. With a keeper it is pinned as it enters. */
  putStream(
    source: AsyncIterable<Uint8Array>,
    options: { signal?: AbortSignal; keeper?: BlobKeeper },
  ): Promise<Cid>
  /** Takes over a finished file (it is moved away) under the CID of its content. With a keeper it is pinned as it enters. */
  adopt(path: string, keeper?: BlobKeeper): Promise<Cid>

  has(cid: Cid): boolean
  info(cid: Cid): BlobInfo | undefined
  /** The whole content, verified. @throws FaultError `blob-missing`, `blob-corrupt` (dropped then) */
  read(cid: Cid): Promise<Uint8Array>
  /** The file that holds the content, for a runner to read in place; it is verified where it is read. */
  path(cid: Cid): string | undefined
  /** The bytes of a blob so small that it has no file, for a runner to verify where it reads them. */
  content(cid: Cid): Uint8Array | undefined

  /** How the blob is cut, for serving it. */
  layout(cid: Cid): BlobLayout | undefined
  /** One chunk's bytes out of a blob's file. @throws FaultError `blob-missing`, `blob-corrupt` */
  readChunk(cid: Cid, chunk: number): Promise<Uint8Array>
  /**
   * Receives a blob piece by piece; chunks that are on disk already (of this or another blob, or of an earlier,
   * broken-off transfer) need not be sent again.
   */
  receive(cid: Cid): BlobReceiver

  /**
   * Keeps blobs from being dropped while `owner` (a job) needs them. Pins survive a restart, and a power cut when
   * something is journaled or put after them.
   *
   * With a `guest` it is that peer's job. What is here for guests alone is deleted when their jobs are over (`sweep`);
   * what was here before, and for no guest, stays the user's own, and a pin without a guest makes a blob the user's own.
   */
  pin(cids: Cid | readonly Cid[], owner: string, guest?: string): void
  /** Who keeps a blob, by the names that were given with `pin`; it need not be here. */
  owners(cid: Cid): readonly string[]
  /** Owners of pins whose names begin so. */
  owned(prefix: string): string[]
  /** Lets go of an owner's pins: of these blobs, or of all. */
  unpin(owner: string, cids?: readonly Cid[]): void
  /** Guests that have blobs here, needed or not. */
  guests(): string[]
  /** Ends the grace of blobs that are here for this guest alone: the next `sweep` deletes what no pin needs. */
  expel(guest: string): void
  /**
   * Deletes what came for guests, or came in from another peer and was not pinned, and has not been needed for
   * `GUEST_GRACE_MS`; earlier what exceeds `GUEST_GRACE_SHARE` or `GUEST_GRACE_BLOBS_MAX`, longest unneeded first. File,
   * bytes in the database, index and broken-off transfers are gone then. The times are kept over restarts.
   * @throws FaultError `disk-full`, `storage-failed`; the next call goes on
   */
  sweep(): void
  /**
   * Sets how much disk blobs may take. Unpinned blobs above it are deleted at once, the least recently used first.
   */
  setQuota(bytes: number): void
  /** Bytes in use and the quota. */
  usage(): { readonly bytes: number; readonly quotaBytes: number }
  close(): Promise<void>
}

/** The receiving side of one blob's transfer. */
export interface BlobReceiver {
  /** Takes the layout the sender claims; it must hash to the CID. @throws FaultError `blob-corrupt`, `quota-exceeded` */
  accept(layout: BlobLayout): Promise<void>
  /** Indices of chunks still to come. */
  missing(): readonly number[]
  /**
   * Takes one chunk, verified against its CID before it counts. The bytes must not change until the promise settles;
   * after that the caller may use their memory again. @throws FaultError `blob-corrupt`
   */
  chunk(index: number, bytes: Uint8Array): Promise<void>
  /**
   * A chunk that is here already, verified again: others may have it before the blob is whole.
   * @throws FaultError `blob-missing`, `blob-corrupt`
   */
  read(index: number): Promise<Uint8Array>
  /** All chunks are there: the blob enters the store; a small one as with `putUnflushed`. */
  finish(): Promise<void>
  /** Gives up; verified chunks stay for a later attempt, within the quota. */
  suspend(): Promise<void>
}
