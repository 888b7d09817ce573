import type { CandidateOutput, WantedOutput } from '../../peer/effect.ts'
import type { PeerEvent } from '../../peer/event.ts'
import type { Fault } from '../../protocol/fault.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import type { JobManifest } from '../../protocol/work.ts'
import type { Ask } from '../network.ts'
import type { Disk } from './disk.ts'

/** Stored outputs within this time share one event. */
const COALESCE_STORED_MS = 10

/** Fetches blobs from other peers to this peer's disk. */
export interface BlobFetcher {
  /** Fetches a manifest; `loaded` gets it, or the reason why there is none. */
  loadManifest(cid: Cid, from: PeerId, loaded: (manifest: JobManifest | Fault) => void): void
  /** Fetches the output of a unit, and dispatches that it is stored or not available. */
  collectOutput(job: JobId, output: WantedOutput): void
  /** Fetches outputs of a unit that are to be compared; `done` when all are here. Each that is not is dispatched. */
  bringOutputs(job: JobId, unit: number, candidates: readonly CandidateOutput[], done: () => void): void
}

/** The fetcher's surroundings. `after` and `ask` do nothing once the process is gone. */
export interface BlobFetcherDependencies {
  readonly disk: Disk
  /** Every manifest of the world, by CID: a blob's content is its name. */
  readonly manifests: ReadonlyMap<Cid, JobManifest>
  readonly nowMs: () => number
  readonly after: (delayMs: number, action: () => void) => void
  readonly ask: Ask
  readonly dispatch: (event: PeerEvent) => void
}

/** Called when a blob is on the disk, or with the fault and the peers that could not be reached. */
type Fetched = (fault: Fault | undefined, unreachable: readonly PeerId[]) => void

/** Creates the blob fetcher of one run of a peer's program. */
export function createBlobFetcher(dependencies: BlobFetcherDependencies): BlobFetcher {
  const { disk, manifests, nowMs, after, ask, dispatch } = dependencies
  const stored = new Map<JobId, number[]>()

  /** Fetches a blob from the first of these peers that has it. */
  function fetch(
    cid: Cid,
    from: readonly PeerId[],
    done: Fetched,
    unreachable: readonly PeerId[] = [],
  ): void {
    const [first, ...rest] = from
    if (disk.blobs.has(cid)) return after(0, () => done(undefined, []))
    if (first === undefined)
      return done({ kind: 'blob-missing', message: 'no peer hands it over' }, unreachable)
    ask(first, { kind: 'get-blob', cid }, (outcome) => {
      if ('reply' in outcome && outcome.reply.kind === 'taken') {
        disk.blobs.add(cid)
        done(undefined, [])
      } else {
        fetch(cid, rest, done, 'reply' in outcome ? unreachable : [...unreachable, first])
      }
    })
  }

  function missed(job_id: JobId, unit_index: number, cid: Cid, away: readonly PeerId[]): void {
    const unreachable = [...away]
    dispatch({ kind: 'output-unavailable', at_ms: nowMs(), job_id, unit_index, cid, unreachable })
  }

  return {
    bringOutputs(job, unit, candidates, done) {
      let waiting = candidates.length
      let isWhole = true
      const came = (fault: Fault | undefined, cid: Cid, away: readonly PeerId[]): void => {
        if (fault !== undefined) missed(job, unit, cid, away)
        isWhole &&= fault === undefined
        if (--waiting === 0 && isWhole) done()
      }
      for (const { cid, from, inline } of candidates) {
        if (inline !== undefined) disk.blobs.add(cid)
        fetch(cid, from, (fault, away) => came(fault, cid, away))
      }
    },
    loadManifest(cid, from, loaded) {
      fetch(cid, [from], (fault) => {
        const manifest = manifests.get(cid)
        loaded(fault ?? manifest ?? { kind: 'malformed', message: 'not a manifest' })
      })
    },
    collectOutput(job, { unit, cid, from }) {
      fetch(cid, from, (fault, away) => {
        if (fault !== undefined) return missed(job, unit, cid, away)
        const units = stored.get(job)
        if (units !== undefined) return void units.push(unit)
        stored.set(job, [unit])
        after(COALESCE_STORED_MS, () => {
          const ready = stored.get(job) ?? []
          stored.delete(job)
          dispatch({ kind: 'outputs-stored', at_ms: nowMs(), job_id: job, units: ready })
        })
      })
    },
  }
}
