import type { CandidateOutput } from '../../peer/effect.ts'
import type { PeerEvent } from '../../peer/event.ts'
import type { BlobFetcher } from '../../ports/blob-fetcher.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Connection } from '../../ports/reach.ts'
import type { Fault } from '../../protocol/fault.ts'
import type { JobId } from '../../protocol/ids.ts'
import type { Seal } from '../../protocol/job-key.ts'
import { checkOpens } from '../blobs/sealed-blobs.ts'
import type { Defects } from '../defects.ts'
import { withinTime } from '../time-limit.ts'
import { causeOf, FRUITLESS_MAX, OUTPUT_WITHIN_MS, retryMs, unreachableOf } from './missing-output.ts'

/**
 * Transfers of one candidate that end by their time, although something came in each. A verified output may take as long as
 * it takes; one that holds up a verdict is taken for withheld after about two hours.
 */
const SLOW_TRIES_MAX = 12

/** The ports and functions that the fetch of an output uses that is to be compared. */
export interface CandidateFetchDependencies {
  readonly clock: Clock
  readonly blobs: BlobStore
  readonly fetcher: BlobFetcher
  readonly dispatch: (event: PeerEvent) => Promise<void>
  /** Peers that can be asked now, and since when; the others are not to blame for a missing output. */
  readonly connections: () => readonly Pick<Connection, 'peer' | 'sinceMs'>[]
  /** The most that one output of a job may have. */
  readonly outputBytesMax: (job: JobId) => number
  readonly defects: Defects
}

/** The unit whose outputs are brought here. */
export interface ComparedUnit {
  readonly job: JobId
  readonly unit: number
  /** By which its outputs are sealed, of an encrypted job. */
  readonly seal: Seal | undefined
  /** In whose name they are kept here. */
  readonly owner: string
  readonly signal: AbortSignal
  /** Hears a fault of this machine, which is tried again until it is over, and undefined when it is. */
  readonly trouble: (fault: Fault | undefined) => void
}

/**
 * Brings an output to this disk, to be compared.
 * @returns whether it is here; otherwise the brain was told that its peers do not hand it over, or it is wanted no longer
 */
export async function bringCandidate(
  dependencies: CandidateFetchDependencies,
  unit: ComparedUnit,
  candidate: CandidateOutput,
): Promise<boolean> {
  const { clock, defects, connections, dispatch } = dependencies
  let fruitless = 0
  for (let tries = 1; ; tries++) {
    const came = { bytes: false }
    const begunMs = clock.nowMs()
    try {
      await fetched(dependencies, unit, candidate, () => (came.bytes = true))
      unit.trouble(undefined)
      return true
    } catch (error) {
      if (unit.signal.aborted) return false
      const fault = defects.faultOf(error, `fetching outputs of ${unit.job} to compare`)
      const cause = causeOf(fault)
      fruitless = came.bytes || cause === 'ours' ? 0 : fruitless + 1
      if (cause === 'ours') unit.trouble(fault)
      const isWorthIt = cause === 'slow' && fruitless < FRUITLESS_MAX && tries < SLOW_TRIES_MAX
      if (cause !== 'ours' && !isWorthIt) {
        await dispatch({
          kind: 'output-unavailable',
          at_ms: clock.nowMs(),
          job_id: unit.job,
          unit_index: unit.unit,
          cid: candidate.cid,
          unreachable: unreachableOf(candidate.from, fault, connections(), begunMs),
        })
        return false
      }
    }
    if (!(await pause(clock, retryMs(tries), unit.signal))) return false
  }
}

async function fetched(
  { clock, blobs, fetcher, outputBytesMax }: CandidateFetchDependencies,
  { job, seal, owner, signal }: ComparedUnit,
  { cid, from, inline }: CandidateOutput,
  progress: () => void,
): Promise<void> {
  if (!blobs.has(cid)) {
    if (inline !== undefined) await blobs.putUnflushed(inline, { owner })
    else {
      const bytesMax = outputBytesMax(job)
      await withinTime(clock, OUTPUT_WITHIN_MS, signal, (within) =>
        fetcher.fetch(cid, { from, signal: within, bytesMax, progress }),
      )
    }
  }
  if (seal !== undefined) await checkOpens(blobs, cid, seal)
}

/** Waits. @returns whether the time is over, rather than the signal aborted */
export function pause(clock: Clock, forMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve(!signal.aborted)
    }
    const cancel = clock.after(forMs, end)
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
  })
}
