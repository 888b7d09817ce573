import { faultOf, refuse } from '../protocol/fault.ts'
import type { Cid, PeerId } from '../protocol/ids.ts'
import type { BlobFetcher } from '../ports/blob-fetcher.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { RunInput } from '../ports/runner.ts'

/** Inputs may be gigabytes over a slow line; a transfer that stands still ends earlier by itself. */
const FETCH_WITHIN_MS = 30 * 60_000

/** Who has a blob, and for how long it is wanted. */
export interface Want {
  readonly from: PeerId
  /** In whose name it is kept here; absent where that is seen to already. */
  readonly owner?: string
  readonly signal: AbortSignal
}

/** Whether what is on this disk is believed, or read and compared first: what is damaged is dropped by that. */
export type Trust = 'stored' | 'verify'

/** Brings what units read to this disk. */
export interface UnitInputs {
  /** Fetches a blob if it is not here, and keeps it for its owner. @throws FaultError as `BlobFetcher.fetch` does */
  bring(cid: Cid, want: Want): Promise<void>
  /** The same, for a runner to read in place. */
  input(cid: Cid, want: Want, trust: Trust): Promise<RunInput>
  /** All of a job's inputs, by role. */
  inputs(cids: Readonly<Record<string, Cid>>, want: Want, trust: Trust): Promise<Record<string, RunInput>>
}

/** Creates it over a store and whatever brings blobs into that. */
export function createUnitInputs(blobs: BlobStore, fetcher: BlobFetcher): UnitInputs {
  async function bring(cid: Cid, { from, owner, signal }: Want): Promise<void> {
    if (owner !== undefined) blobs.pin(cid, owner)
    if (blobs.has(cid)) return
    const within = AbortSignal.any([signal, AbortSignal.timeout(FETCH_WITHIN_MS)])
    await fetcher.fetch(cid, { from: [from], signal: within })
  }

  /** Reading a damaged blob drops it, and then it is missing. */
  async function dropIfDamaged(cid: Cid): Promise<void> {
    const layout = blobs.layout(cid)
    if (layout === undefined) return
    const chunks = layout.kind === 'raw' ? 1 : layout.chunks.length
    try {
      for (let chunk = 0; chunk < chunks; chunk++) await blobs.readChunk(cid, chunk)
    } catch (error) {
      faultOf(error, 'blob-corrupt')
    }
  }

  async function input(cid: Cid, want: Want, trust: Trust): Promise<RunInput> {
    if (trust === 'verify') await dropIfDamaged(cid)
    await bring(cid, want)
    const path = blobs.path(cid)
    const layout = blobs.layout(cid)
    if (path === undefined || layout === undefined) refuse('blob-missing', `${cid} is not in the store`)
    return { cid, path, layout }
  }

  return {
    bring,
    input,
    async inputs(cids, want, trust) {
      const entries = await Promise.all(
        Object.entries(cids).map(async ([role, cid]) => [role, await input(cid, want, trust)] as const),
      )
      return Object.fromEntries(entries)
    },
  }
}
