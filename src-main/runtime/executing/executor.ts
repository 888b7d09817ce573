import { FaultError, refuse } from '../../protocol/fault.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import type { JobKey } from '../../protocol/job-key.ts'
import type { AwardedUnit } from '../../protocol/messages.ts'
import type { LentLimits } from '../../protocol/unit-limits.ts'
import type { Encryption, JobManifest } from '../../protocol/work.ts'
import type { PeerEvent } from '../../peer/event.ts'
import { holdingKey } from '../../peer/state.ts'
import type { BlobFetcher } from '../../ports/blob-fetcher.ts'
import type { BlobKeeper, BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Runner } from '../../ports/runner.ts'
import { holdingPin, sealedGuest } from '../blobs/blob-rights.ts'
import type { Defects } from '../defects.ts'
import { createFinishedUnits } from './finished-units.ts'
import { loadManifest, loadParts, openManifest } from '../blobs/job-blobs.ts'
import { activeUnit, forget, taskId, type ActiveUnit, type Work } from './job-at-work.ts'
import { createUnitEnds } from './unit-ends.ts'
import { createUnitInputs, type Want } from './unit-inputs.ts'
import { createUnitParts, type UnitParts } from './unit-parts.ts'
import { createUnitRuns } from './unit-runs.ts'

/** Runs the units that this peer was given. */
export interface Executor {
  /** Fetches a job's inputs; `job-prepared` says that they are here, or that they cannot be had. */
  prepare(requester: PeerId, job: JobId, manifestCid: Cid): void
  run(requester: PeerId, job: JobId, manifestCid: Cid, units: readonly AwardedUnit[]): void
  /** Units that are no longer wanted; all of the job's without a list. */
  stop(requester: PeerId, job: JobId, units?: readonly number[]): void
  /** Lets go of the inputs and outputs kept for a job. */
  release(requester: PeerId, job: JobId): void
  /** Forgets what it knows of a job of which nothing is at work, its key too. @returns whether it has */
  retire(requester: PeerId, job: JobId): boolean
  /** Units being computed or waiting for it, for those who show it. */
  active(): readonly ActiveUnit[]
}

/** What the executor is made of. */
export interface ExecutorParts {
  /** This peer: its own jobs' blobs are no guests'. */
  readonly me: PeerId
  readonly clock: Clock
  readonly blobs: BlobStore
  readonly fetcher: BlobFetcher
  /** Who runs a requester's units: own jobs and others' run apart. */
  readonly runnerFor: (requester: PeerId) => Runner
  readonly dispatch: (event: PeerEvent) => Promise<void>
  /** What one unit of a stranger's module may use here at this moment. */
  readonly lent: () => LentLimits
  /** The key that came with the awards of an encrypted job, or an own job's. */
  readonly keyOf: (requester: PeerId, job: JobId) => JobKey | undefined
  readonly defects: Defects
  readonly signal: AbortSignal
}

/** A blob that is wanted and kept for a holding. */
type KeptWant = Want & { readonly owner: string }

/** Creates the executor; it does nothing until it is given units. */
export function createExecutor(parts: ExecutorParts): Executor {
  const { blobs, runnerFor } = parts
  const works = new Map<string, Work>()
  const unitInputs = createUnitInputs(blobs, parts.fetcher)
  const ends = createUnitEnds(parts)
  const { clock, lent, signal } = parts
  const runUnits = createUnitRuns({
    clock,
    runnerFor,
    lent,
    signal,
    unitInputs,
    ends,
    wantOf,
    dropWork: ({ requester, job }) => void works.delete(holdingKey(requester, job)),
  })

  function begin(requester: PeerId, job: JobId, manifestCid: Cid): Work {
    const key = holdingKey(requester, job)
    const known = works.get(key)
    if (known !== undefined) return known
    const over = new AbortController()
    const want = wantOf({ requester, job, over })
    const bringManifest = async (): Promise<JobManifest> => {
      await unitInputs.bring(manifestCid, want)
      const loaded = await loadManifest(blobs, manifestCid)
      if (loaded.requester_id !== requester || loaded.job_id !== job) {
        refuse('malformed', 'the manifest is of another job')
      }
      return loaded.encryption === undefined ? loaded : openSealed(work, loaded, loaded.encryption, want)
    }
    const manifest = bringManifest()
    const inputs = manifest.then((loaded) =>
      unitInputs.inputs(loaded.inputs, { ...want, key: work.key }, 'stored'),
    )
    const partsLoaded = manifest.then(async (loaded) => {
      const loadedParts = await partsOf(loaded, { ...want, key: work.key })
      if (loadedParts !== undefined) work.parts = loadedParts
    })
    // Whoever runs a unit awaits all three, and looks at what failed; until then a failure is nobody's.
    for (const pending of [manifest, inputs, partsLoaded]) pending.catch(() => undefined)
    const work: Work = {
      requester,
      job,
      manifest,
      inputs,
      partsLoaded,
      over,
      controllers: new Map(),
      wanted: new Map(),
      fractions: new Map(),
      startedAtMs: new Map(),
      finished: createFinishedUnits({
        clock: parts.clock,
        blobs,
        keeper: keeperOf(requester, job),
        deliver: (receipts) => void ends.deliver(work, receipts),
        failed: (units, error) => ends.handBack(work, units, error),
      }),
    }
    works.set(key, work)
    return work
  }

  /** The manifest of an encrypted job with what is secret of it. */
  async function openSealed(
    work: Work,
    manifest: JobManifest,
    encryption: Encryption,
    want: KeptWant,
  ): Promise<JobManifest> {
    const key = parts.keyOf(work.requester, work.job)
    if (key === undefined) refuse('not-opened', 'the job is encrypted, and no award brought its key')
    work.key = key
    await unitInputs.bring(encryption.secrets, want)
    return openManifest(blobs, manifest, encryption, key)
  }

  function wantOf({ requester, job, over, key }: Pick<Work, 'requester' | 'job' | 'over' | 'key'>): KeptWant {
    const signal = AbortSignal.any([parts.signal, over.signal])
    return { from: requester, ...keeperOf(requester, job), signal, key }
  }

  /** What others' jobs leave here goes when they are over, of an encrypted one at once; what own jobs leave is the user's. */
  function keeperOf(requester: PeerId, job: JobId): BlobKeeper {
    const owner = holdingPin(requester, job)
    if (requester === parts.me) return { owner }
    const isSealed = parts.keyOf(requester, job) !== undefined
    return { owner, guest: isSealed ? sealedGuest(requester, job) : requester }
  }

  async function partsOf(
    { parts: cid, unit_count, inputs, encryption }: JobManifest,
    want: KeptWant,
  ): Promise<UnitParts | undefined> {
    if (cid === undefined) return undefined
    await unitInputs.bring(cid, want)
    const list = await loadParts(blobs, cid, unit_count)
    const secrets = encryption === undefined ? [] : [encryption.secrets]
    const shared = [cid, ...Object.values(inputs), ...secrets]
    return createUnitParts({
      list,
      clock: parts.clock,
      blobs,
      inputs: unitInputs,
      want,
      shared,
      concurrency: () => runnerFor(want.from).concurrency,
      failed: parts.defects.ignoreFaults('letting go of parts'),
    })
  }

  /** Told whether the inputs came or not: units that begin without them fail with the reason. */
  async function prepare(work: Work): Promise<void> {
    const { requester, job } = work
    await Promise.allSettled([work.manifest, work.inputs, work.partsLoaded])
    if (parts.signal.aborted) return
    await parts.dispatch({ kind: 'job-prepared', at_ms: parts.clock.nowMs(), requester, job_id: job })
  }

  return {
    prepare(requester, job, manifestCid) {
      // A stopped loop takes no more; after the restart the job is prepared again.
      prepare(begin(requester, job, manifestCid)).catch(parts.defects.ignoreFaults(`preparing ${job}`))
    },
    run(requester, job, manifestCid, units) {
      const work = begin(requester, job, manifestCid)
      for (const { unit_index, attempt } of units) work.wanted.set(unit_index, attempt)
      void runUnits(work, units)
    },
    stop(requester, job, units) {
      const work = works.get(holdingKey(requester, job))
      if (work === undefined) return
      const unwanted = (units ?? [...work.wanted.keys()]).filter((unit) => forget(work, unit))
      work.parts?.letGo(unwanted)
      for (const [controller, handed] of work.controllers) {
        if (!handed.some((unit) => work.wanted.has(unit))) controller.abort()
      }
      runnerFor(requester).cancel(new Set(unwanted.map((unit) => taskId(requester, job, unit))))
    },
    release(requester, job) {
      const work = works.get(holdingKey(requester, job))
      work?.over.abort(new FaultError({ kind: 'cancelled', message: `${job} is over` }))
      works.delete(holdingKey(requester, job))
      blobs.unpin(holdingPin(requester, job))
    },
    retire(requester, job) {
      const work = works.get(holdingKey(requester, job))
      if (work !== undefined && work.wanted.size > 0) return false
      works.delete(holdingKey(requester, job))
      return true
    },
    active() {
      return [...works.values()].flatMap((work) =>
        [...work.wanted.keys()].map((unit) => activeUnit(work, unit)),
      )
    },
  }
}
