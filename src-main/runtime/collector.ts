import type { WantedOutput } from '../peer/effect.ts'
import type { PeerEvent } from '../peer/event.ts'
import { faultOf } from '../protocol/fault.ts'
import type { Cid, JobId, PeerId } from '../protocol/ids.ts'
import type { BlobFetcher } from '../ports/blob-fetcher.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { Clock } from '../ports/clock.ts'
import { keptPin } from './blob-rights.ts'
import { loadManifest } from './job-blobs.ts'

/** Outputs fetched at once: enough to fill the line, few enough to bound memory and streams … */
const FETCHES_MAX = 8
/** … and while they are so small that many travel in one answer, so many. */
const SMALL_FETCHES_MAX = 256
const SMALL_BYTES = 64 << 10
/** One output's transfer. */
const OUTPUT_WITHIN_MS = 10 * 60_000
/** One manifest's transfer: at most a megabyte. */
const MANIFEST_WITHIN_MS = 20_000
/** Stored outputs within this time share one event: nothing but the job's end waits for them. */
const COALESCE_MS = 40

/** Brings what this peer needs from others: manifests before it offers, outputs when they are verified. */
export interface Collector {
  fetchManifest(cid: Cid, from: PeerId): void
  fetchOutputs(job: JobId, outputs: readonly WantedOutput[]): void
}

/** What the collector is made of. */
export interface CollectorParts {
  readonly clock: Clock
  readonly blobs: BlobStore
  readonly fetcher: BlobFetcher
  readonly dispatch: (event: PeerEvent) => Promise<void>
  /** Who can be asked at this moment; whoever cannot is not to blame for an output that is missing. */
  readonly connectedPeers: () => readonly PeerId[]
  readonly signal: AbortSignal
}

/** Creates the collector. */
export function createCollector(parts: CollectorParts): Collector {
  const { clock, blobs, fetcher } = parts
  const queue: { job: JobId; output: WantedOutput }[] = []
  const stored = new Map<JobId, number[]>()
  let running = 0
  /** The last output's size tells of the next ones'. */
  let areSmall = false

  /** The loop refuses events only when the peer is stopping; a restart asks for the same blobs again. */
  function tell(event: PeerEvent): void {
    parts.dispatch(event).catch((error: unknown) => faultOf(error, 'storage-failed'))
  }

  function next(): void {
    while (running < (areSmall ? SMALL_FETCHES_MAX : FETCHES_MAX)) {
      const wanted = queue.shift()
      if (wanted === undefined) return
      running++
      void collect(wanted.job, wanted.output).finally(() => {
        running--
        next()
      })
    }
  }

  async function collect(job: JobId, output: WantedOutput): Promise<void> {
    try {
      if (!blobs.has(output.cid)) {
        const signal = AbortSignal.any([parts.signal, AbortSignal.timeout(OUTPUT_WITHIN_MS)])
        await fetcher.fetch(output.cid, { from: output.from, signal })
        areSmall = (blobs.info(output.cid)?.bytes ?? Infinity) <= SMALL_BYTES
      }
      keepStored(job, output.unit)
    } catch {
      if (parts.signal.aborted) return
      const connected = new Set(parts.connectedPeers())
      tell({
        kind: 'output-unavailable',
        at_ms: clock.nowMs(),
        job_id: job,
        unit_index: output.unit,
        cid: output.cid,
        unreachable: output.from.filter((peer) => !connected.has(peer)),
      })
    }
  }

  function keepStored(job: JobId, unit: number): void {
    const units = stored.get(job)
    if (units !== undefined) {
      units.push(unit)
      return
    }
    stored.set(job, [unit])
    clock.after(COALESCE_MS, () => {
      const ready = stored.get(job) ?? []
      stored.delete(job)
      tell({ kind: 'outputs-stored', at_ms: clock.nowMs(), job_id: job, units: ready })
    })
  }

  return {
    fetchManifest(cid, from) {
      void (async () => {
        try {
          if (!blobs.has(cid)) {
            const signal = AbortSignal.any([parts.signal, AbortSignal.timeout(MANIFEST_WITHIN_MS)])
            await fetcher.fetch(cid, { from: [from], signal })
          }
          const manifest = await loadManifest(blobs, cid)
          tell({ kind: 'manifest', at_ms: clock.nowMs(), cid, manifest })
        } catch {
          tell({ kind: 'manifest-missing', at_ms: clock.nowMs(), cid })
        }
      })()
    },
    fetchOutputs(job, outputs) {
      blobs.pin(
        outputs.map(({ cid }) => cid),
        keptPin(job),
      )
      for (const output of outputs) queue.push({ job, output })
      next()
    },
  }
}
