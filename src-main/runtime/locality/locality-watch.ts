import type { Fetching, HeldDataset, PeerEvent } from '../../peer/event.ts'
import type { Notice } from '../../peer/notice.ts'
import type { PeerState } from '../../peer/state.ts'
import { inputBytes } from '../../peer/provider/fetching.ts'
import type { BlobFetcher } from '../../ports/blob-fetcher.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Settings } from '../../ports/settings.ts'
import { FaultError } from '../../protocol/fault.ts'
import { Cid, type PeerId } from '../../protocol/ids.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { openDatasetMemory } from './dataset-memory.ts'
import type { PeerRuntime } from '../peer-runtime.ts'

/** How often the blobs here are checked, in ticks of a second: units fetch blobs, and the quota drops them. */
const LOOK_EVERY_TICKS = 30
/** Jobs whose inputs are looked for; of others all counts as missing. Each look asks the store for each input. */
const MANIFESTS_MAX = 1_024
/** A rate is told again when it changed by more than this share. */
const RATE_CHANGE_SHARE = 0.2

/** Tells the peer what data it has and how fast it gets the rest. */
export interface LocalityWatch {
  start(): void
  stop(): void
}

/** The ports that the watch reads. */
export interface LocalityWatchDependencies {
  readonly runtime: Pick<PeerRuntime, 'state' | 'dispatch' | 'onNotices'>
  readonly blobs: Pick<BlobStore, 'has' | 'info'>
  readonly fetcher: Pick<BlobFetcher, 'rates'>
  readonly clock: Pick<Clock, 'nowMs'>
  readonly settings: Settings
  /** A defect of ours that need not end the peer. */
  readonly report: (error: unknown) => void
}

/** The blobs that a job names. */
type JobInputs = Pick<JobManifest, 'inputs' | 'required_dataset'>

/** Creates it; it looks for the first time with the first tick after `start`. */
export function createLocalityWatch(dependencies: LocalityWatchDependencies): LocalityWatch {
  const { runtime, blobs, clock } = dependencies
  const { state } = runtime
  const memory = openDatasetMemory(dependencies)
  const requested = createRequestedInputs()
  let ticks = 0
  let isStopped = false
  let stopListening: (() => void) | undefined

  function hear(notices: readonly Notice[]): void {
    let isDue = false
    for (const notice of notices) isDue = hearOne(notice) || isDue
    if (isDue) look()
  }

  /** @returns whether it is time to look */
  function hearOne(notice: Notice): boolean {
    switch (notice.kind) {
      case 'job-submitted':
        noteInputs(notice.manifest)
        return true
      case 'manifest-heard':
        requested.note(notice.cid, notice.manifest)
        // An award may also arrive before its manifest.
        if (isAwarded(state, notice.cid)) noteInputs(notice.manifest)
        else noteNamed(notice.manifest)
        return true
      case 'award-taken': {
        const inputs = requested.of(notice.manifestCid)
        if (inputs !== undefined) noteInputs(inputs)
        return false
      }
      case 'ticked':
        return ticks++ % LOOK_EVERY_TICKS === 0 || isFetching(state.view.fetching)
      default:
        return false
    }
  }

  /** A job's dataset counts as used when it is here, so that others hear of it. */
  function noteNamed({ required_dataset }: JobInputs): void {
    const dataset = Cid.safeParse(required_dataset)
    if (dataset.success && blobs.has(dataset.data)) memory.used(dataset.data, true)
  }

  /** Everything that units of a job read, the dataset last and so first in line. */
  function noteInputs(manifest: JobInputs): void {
    for (const cid of Object.values(manifest.inputs)) memory.used(cid, false)
    noteNamed(manifest)
  }

  function look(): void {
    const at_ms = clock.nowMs()
    const held = memory.held()
    if (!isSameHeld(held, state.view.datasets ?? [])) tell({ kind: 'datasets-held', at_ms, held })
    memory.save()
    const fetching = { missing: missingNow(), rates: ratesNow(dependencies) }
    if (!isSameFetching(fetching, state.view.fetching)) tell({ kind: 'inputs-measured', at_ms, ...fetching })
  }

  function missingNow(): Map<Cid, number> {
    const missing = new Map<Cid, number>()
    for (const [cid, manifest] of state.view.manifests) {
      if (missing.size >= MANIFESTS_MAX) break
      missing.set(
        cid,
        inputBytes(manifest, (input) => !blobs.has(input)),
      )
    }
    return missing
  }

  /** A loop that has stopped takes no more, and the next start looks anew. */
  function tell(event: PeerEvent): void {
    runtime.dispatch(event).catch((error: unknown) => {
      if (!isStopped && !(error instanceof FaultError)) dependencies.report(error)
    })
  }

  return {
    start() {
      stopListening = runtime.onNotices(hear)
    },
    stop() {
      isStopped = true
      stopListening?.()
      memory.save()
    },
  }
}

/** The rates from contacts, as they were told unless they changed much. */
function ratesNow({
  runtime: { state },
  fetcher,
}: Pick<LocalityWatchDependencies, 'runtime' | 'fetcher'>): Map<PeerId, number> {
  const known = state.view.fetching?.rates
  const rates = [...fetcher.rates()].filter(([peer]) => state.pairing.contacts.has(peer))
  return new Map(
    rates.map(([peer, rate]) => {
      const told = known?.get(peer)
      const isAbout = told !== undefined && Math.abs(rate - told) <= RATE_CHANGE_SHARE * told
      return [peer, isAbout ? told : rate]
    }),
  )
}

/** Whether units of a job were awarded to this peer. */
function isAwarded({ provider: { holdings } }: PeerState, manifestCid: Cid): boolean {
  return [...holdings.values()].some((holding) => holding.manifestCid === manifestCid)
}

/** Remembers the inputs of jobs asked for of late: an award may arrive when its request, and so its manifest, is gone. */
function createRequestedInputs() {
  const inputsOf = new Map<Cid, JobInputs>()
  return {
    note(manifestCid: Cid, { inputs, required_dataset }: JobManifest): void {
      inputsOf.delete(manifestCid)
      inputsOf.set(manifestCid, { inputs, ...(required_dataset === undefined ? {} : { required_dataset }) })
      const [oldest] = inputsOf.keys()
      if (inputsOf.size > MANIFESTS_MAX && oldest !== undefined) inputsOf.delete(oldest)
    },
    of: (manifestCid: Cid) => inputsOf.get(manifestCid),
  }
}

/** Whether inputs are still to come: they may be here at any moment. */
function isFetching(fetching: Fetching | undefined): boolean {
  return fetching !== undefined && [...fetching.missing.values()].some((bytes) => bytes > 0)
}

/** Whether the same is held, in whatever order: who uses what at the moment is no news for others. */
function isSameHeld(now: readonly HeldDataset[], before: readonly HeldDataset[]): boolean {
  const known = new Set(before.map(({ dataset }) => dataset))
  return now.length === before.length && now.every(({ dataset }) => known.has(dataset))
}

function isSameFetching(now: Fetching, before: Fetching | undefined): boolean {
  if (before === undefined) return now.missing.size === 0 && now.rates.size === 0
  return isSameMap(now.missing, before.missing) && isSameMap(now.rates, before.rates)
}

function isSameMap<K>(a: ReadonlyMap<K, number>, b: ReadonlyMap<K, number>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value)
}
