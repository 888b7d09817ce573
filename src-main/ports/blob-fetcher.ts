import type { Cid, PeerId } from '../protocol/ids.ts'

/** Brings blobs from other peers into the blob store. */
export interface BlobFetcher {
  /**
   * Fetches a blob that is not in the store, from these peers first and then from whoever provides it; resumes
   * where an earlier transfer broke off. Resolves when the store has it.
   * @throws FaultError `blob-missing` when nobody has it, `blob-corrupt`, `timed-out`, `quota-exceeded`
   */
  fetch(cid: Cid, options: { from: readonly PeerId[]; signal: AbortSignal }): Promise<void>
  /** Bytes received and sent so far, over all peers. */
  traffic(): { readonly bytesIn: number; readonly bytesOut: number }
  /** Bounds the bytes a second that blobs take to and from others, all together; undefined bounds nothing. */
  setRates(rates: { readonly upload: number | undefined; readonly download: number | undefined }): void
}
