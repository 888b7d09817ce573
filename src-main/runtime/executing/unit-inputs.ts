import { onlyFault } from '../../protocol/fault.ts'
import { inputSeal, type JobKey } from '../../protocol/job-key.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import type { BlobFetcher } from '../../ports/blob-fetcher.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RunFile, RunInput } from '../../ports/runner.ts'
import { runFile, runInput } from '../../ports/run-inputs.ts'
import { withinTime } from '../time-limit.ts'

/** Inputs may be gigabytes over a slow line; a transfer that stands still ends earlier by itself. */
const FETCH_WITHIN_MS = 30 * 60_000

/** Which peer has a blob, and for how long it is wanted. */
export interface Want {
  readonly from: PeerId
  /** In whose name it is kept here; absent where that is seen to already. */
  readonly owner?: string
  /** Whose job it is, where it is not this peer's own: its blobs go when it is over. */
  readonly guest?: string
  /** Several fetch it at once, and its holder leads them. */
  readonly shared?: true
  /** Its units read it: its holder must have it, and not only name one that is here. */
  readonly isRead?: true
  /** By which what units read is opened where they read it. */
  readonly key?: JobKey | undefined
  readonly signal: AbortSignal
}

/** Whether what is on this disk is believed, or read and compared first: what is damaged is dropped by that. */
export type Trust = 'stored' | 'verify'

/** Brings what units read to this disk. */
export interface UnitInputs {
  /** Fetches a blob if it is not here, and keeps it for its owner. @throws FaultError as `BlobFetcher.fetch` does */
  bring(cid: Cid, want: Want): Promise<void>
  /** The same, for one run: a small blob comes as its bytes, and no file is written for it. */
  input(cid: Cid, want: Want, trust: Trust): Promise<RunInput>
  /** All of a job's inputs, by role, as files: many runs read them. */
  inputs(cids: Readonly<Record<string, Cid>>, want: Want, trust: Trust): Promise<Record<string, RunFile>>
}

/** Creates it over a store and whatever brings blobs into that. */
export function createUnitInputs(
  blobs: BlobStore,
  fetcher: BlobFetcher,
  clock: Pick<Clock, 'after'>,
): UnitInputs {
  async function bring(cid: Cid, { from, owner, guest, shared, isRead, signal }: Want): Promise<void> {
    if (owner !== undefined) blobs.pin(cid, owner, guest)
    // A blob that is here is announced to its holder, so that others that fetch it can have it from here too.
    if (blobs.has(cid) && shared === undefined && isRead === undefined) return
    await withinTime(clock, FETCH_WITHIN_MS, signal, (within) =>
      fetcher.fetch(cid, {
        from: [from],
        ...(shared && { leader: from }),
        ...(isRead && { heldBy: from }),
        signal: within,
      }),
    )
  }

  /** Reading a damaged blob drops it, and then it is missing. */
  async function dropIfDamaged(cid: Cid): Promise<void> {
    const layout = blobs.layout(cid)
    if (layout === undefined) return
    const chunks = layout.kind === 'raw' ? 1 : layout.chunks.length
    try {
      for (let chunk = 0; chunk < chunks; chunk++) await blobs.readChunk(cid, chunk)
    } catch (error) {
      onlyFault(error)
    }
  }

  async function input(cid: Cid, want: Want, trust: Trust): Promise<RunInput> {
    if (trust === 'verify') await dropIfDamaged(cid)
    await bring(cid, { ...want, isRead: true })
    return runInput(blobs, cid)
  }

  async function file(cid: Cid, want: Want, trust: Trust): Promise<RunFile> {
    if (trust === 'verify') await dropIfDamaged(cid)
    await bring(cid, { ...want, isRead: true })
    return runFile(blobs, cid)
  }

  return {
    bring,
    input,
    async inputs(cids, want, trust) {
      const entries = await Promise.all(
        Object.entries(cids).map(async ([role, cid]) => {
          const found = await file(cid, { ...want, shared: true }, trust)
          const { key } = want
          return [role, key === undefined ? found : { ...found, seal: inputSeal(key, role) }] as const
        }),
      )
      return Object.fromEntries(entries)
    },
  }
}
