import type { WantedOutput } from '../../peer/effect.ts'
import type { PeerEvent } from '../../peer/event.ts'
import type { Fault } from '../../protocol/fault.ts'
import type { Seal } from '../../protocol/job-key.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import type { BlobFetcher } from '../../ports/blob-fetcher.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Connection } from '../../ports/reach.ts'
import { keptPin } from '../blobs/blob-rights.ts'
import type { Defects } from '../defects.ts'
import { checkOpens } from '../blobs/sealed-blobs.ts'
import { fetchManifest } from './manifest-fetch.ts'
import { withinTime } from '../time-limit.ts'
import { causeOf, FRUITLESS_MAX, OUTPUT_WITHIN_MS, retryMs, unreachableOf } from './missing-output.ts'
import { createStoredNotes } from './stored-notes.ts'

/** Outputs fetched at once: enough to fill the line, few enough to bound memory and streams … */
const FETCHES_MAX = 8
/** … and this many while they are small enough to travel in one answer. */
const SMALL_FETCHES_MAX = 256
const SMALL_BYTES = 64 << 10
/** Brings what this peer needs from others: manifests before it offers, outputs when they are verified. */
export interface Collector {
  fetchManifest(cid: Cid, from: PeerId): void
  fetchOutputs(job: JobId, outputs: readonly WantedOutput[]): void
  /** Why a job's outputs are not here although they could be had, if it is for this machine. */
  troubleOf(job: JobId): Fault | undefined
}

/** The ports and functions that the collector uses. */
export interface CollectorDependencies {
  readonly clock: Clock
  readonly blobs: BlobStore
  readonly fetcher: BlobFetcher
  readonly dispatch: (event: PeerEvent) => Promise<void>
  /** Peers that can be asked now, and since when; the others are not to blame for a missing output. */
  readonly connections: () => readonly Pick<Connection, 'peer' | 'sinceMs'>[]
  /** Whether a job still wants an output. */
  readonly isWanted: (job: JobId, output: WantedOutput) => boolean
  /** By what an output is sealed, of an encrypted job. @throws FaultError `storage-failed` when its key is lost */
  readonly sealOf: (job: JobId, unit: number) => Seal | undefined
  /** The most that one output of a job may have. */
  readonly outputBytesMax: (job: JobId) => number
  readonly defects: Defects
  readonly signal: AbortSignal
}

/** An output on its way, and what became of it so far. */
interface Collecting {
  readonly job: JobId
  readonly output: WantedOutput
  tries: number
  /** Attempts in a row in which nothing came. */
  fruitless: number
}

/** One attempt to fetch an output. */
interface Attempt {
  readonly begunMs: number
  /** Whether anything came of it. */
  readonly hasCome: boolean
}

/** Creates the collector. */
export function createCollector(dependencies: CollectorDependencies): Collector {
  const { clock, blobs, fetcher, signal, defects } = dependencies
  const queue: Collecting[] = []
  const troubles = new Map<JobId, Fault>()
  let running = 0
  /** Whether the last output was small: its size tells of the next ones'. */
  let areSmall = false

  /** The loop refuses events only when the peer is stopping; a restart asks for the same blobs again. */
  function tell(event: PeerEvent): void {
    dependencies.dispatch(event).catch(defects.ignoreFaults(`telling ${event.kind}`))
  }

  const noteStored = createStoredNotes(clock, tell)

  function next(): void {
    while (running < (areSmall ? SMALL_FETCHES_MAX : FETCHES_MAX)) {
      const wanted = queue.shift()
      if (wanted === undefined) return
      running++
      void collect(wanted).finally(() => {
        running--
        next()
      })
    }
  }

  async function collect(wanted: Collecting): Promise<void> {
    const { job, output } = wanted
    if (!dependencies.isWanted(job, output)) return
    const begunMs = clock.nowMs()
    let hasCome = false
    try {
      if (!blobs.has(output.cid)) {
        const progress = (): void => void (hasCome = true)
        const bytesMax = dependencies.outputBytesMax(job)
        await withinTime(clock, OUTPUT_WITHIN_MS, signal, (within) =>
          fetcher.fetch(output.cid, { from: output.from, signal: within, bytesMax, progress }),
        )
        areSmall = (blobs.info(output.cid)?.bytes ?? Infinity) <= SMALL_BYTES
      }
      const seal = dependencies.sealOf(job, output.unit)
      if (seal !== undefined) await checkOpens(blobs, output.cid, seal)
      troubles.delete(job)
      noteStored(job, output.unit)
    } catch (error) {
      if (signal.aborted) return
      failed(wanted, defects.faultOf(error, `fetching outputs of ${job}`), { begunMs, hasCome })
    }
  }

  /** Waits and tries again where this machine is the cause; tells the brain of providers that hand over nothing. */
  function failed(wanted: Collecting, fault: Fault, { begunMs, hasCome }: Attempt): void {
    const [cause, { job, output }] = [causeOf(fault), wanted]
    wanted.tries++
    wanted.fruitless = hasCome || cause === 'ours' ? 0 : wanted.fruitless + 1
    if (cause === 'ours') troubles.set(wanted.job, fault)
    if (cause === 'ours' || (cause === 'slow' && wanted.fruitless < FRUITLESS_MAX)) return later(wanted)
    if (fault.kind === 'not-opened') blobs.unpin(keptPin(job), [output.cid])
    tell({
      kind: 'output-unavailable',
      at_ms: clock.nowMs(),
      job_id: job,
      unit_index: output.unit,
      cid: output.cid,
      unreachable: unreachableOf(output.from, fault, dependencies.connections(), begunMs),
    })
  }

  function later(wanted: Collecting): void {
    clock.after(retryMs(wanted.tries), () => {
      if (signal.aborted) return
      queue.push(wanted)
      next()
    })
  }

  return {
    fetchManifest: (cid, from) => void fetchManifest({ ...dependencies, tell }, cid, from),
    fetchOutputs(job, outputs) {
      blobs.pin(
        outputs.map(({ cid }) => cid),
        keptPin(job),
      )
      for (const output of outputs) queue.push({ job, output, tries: 0, fruitless: 0 })
      next()
    },
    troubleOf: (job) => troubles.get(job),
  }
}
