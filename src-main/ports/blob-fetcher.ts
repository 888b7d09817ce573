import type { Cid, PeerId } from '../protocol/ids.ts'

/** A blob that is too large for a contact's relay, and waits for a direct connection. */
export interface BlobWait {
  readonly cid: Cid
  /** About its size: its chunks, of about a MiB each. */
  readonly mebibytes: number
  /** Peers that have it. */
  readonly from: PeerId
}

/** Brings blobs from other peers into the blob store. */
export interface BlobFetcher {
  /**
   * Fetches a blob unless it is in the store, from these peers first and then from any provider; resumes
   * where an earlier transfer broke off. Resolves when the store has it. With a `leader`, which is one of the peers and
   * gives the blob to several at once (a job's requester), chunks come from the others who fetch it too, and what is
   * here is given to peers for which the leader vouches; a blob already in the store is only told to the leader.
   * With `heldBy` that peer must show that it has such a blob too, since to name it gives no right to it.
   * @throws FaultError `blob-missing` when no peer has it, `blob-corrupt`, `timed-out`, `quota-exceeded`, and
   * `oversized` for one of more than `bytesMax`, of which nothing is fetched then
   */
  fetch(
    cid: Cid,
    options: {
      from: readonly PeerId[]
      leader?: PeerId
      heldBy?: PeerId
      signal: AbortSignal
      bytesMax?: number
      /** Told whenever something of it has arrived. */
      progress?: () => void
    },
  ): Promise<void>
  /** Transfers that wait for a direct connection now; each fails when that does not come within two minutes. */
  waiting(): readonly BlobWait[]
  /** Bytes received and sent so far, over all peers. */
  traffic(): { readonly bytesIn: number; readonly bytesOut: number }
  /** Bytes a second that blobs came in with from each peer of late, of those that enough came from to tell. */
  rates(): ReadonlyMap<PeerId, number>
  /** Bounds the bytes a second that blobs take to and from others, all together; undefined bounds nothing. */
  setRates(rates: { readonly upload: number | undefined; readonly download: number | undefined }): void
}
