import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import type { JobManifest } from '../../protocol/work.ts'
import type { BlobKeeper } from '../../ports/blob-store.ts'
import { holdingPin, sealedGuest } from '../blobs/blob-rights.ts'
import { loadParts } from '../blobs/job-blobs.ts'
import type { ExecutorDependencies } from './executor-dependencies.ts'
import { createFinishedUnits } from './finished-units.ts'
import type { Work } from './job-at-work.ts'
import { bringManifest } from './opened-manifest.ts'
import type { UnitEnds } from './unit-ends.ts'
import type { UnitInputs, Want } from './unit-inputs.ts'
import { createUnitParts, type UnitParts } from './unit-parts.ts'

/** A blob that is wanted and kept for a holding. */
type KeptWant = Want & { readonly owner: string }

/** Loads what the units of a job need in common: its manifest, its inputs, and its list of parts. */
export interface WorkLoader {
  /** Begins to load a job. A failure is seen by callers that await the returned promises. */
  load(requester: PeerId, job: JobId, manifestCid: Cid): Work
  /** In whose name a job's blobs are fetched and kept. */
  wantOf(work: Pick<Work, 'requester' | 'job' | 'over' | 'key'>): KeptWant
}

/** Creates the loader of an executor. */
export function createWorkLoader(
  dependencies: ExecutorDependencies & { readonly unitInputs: UnitInputs; readonly ends: UnitEnds },
): WorkLoader {
  const { blobs, clock, unitInputs, ends } = dependencies

  function load(requester: PeerId, job: JobId, manifestCid: Cid): Work {
    const over = new AbortController()
    const want = wantOf({ requester, job, over })
    const manifest = bringManifest(dependencies, requester, job, manifestCid, want).then((opened) => {
      if (opened.key !== undefined) work.key = opened.key
      return opened.manifest
    })
    const inputs = manifest.then((loaded) =>
      unitInputs.inputs(loaded.inputs, { ...want, key: work.key }, 'stored'),
    )
    const partsLoaded = manifest.then(async (loaded) => {
      const parts = await partsOf(loaded, { ...want, key: work.key })
      if (parts !== undefined) work.parts = parts
    })
    // Avoids unhandled rejections; `runUnits` awaits these later.
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
        clock,
        blobs,
        keeper: keeperOf(requester, job),
        deliver: (receipts) => void ends.deliver(work, receipts),
        failed: (units, error) => ends.handBack(work, units, error),
      }),
    }
    return work
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
      clock,
      blobs,
      inputs: unitInputs,
      want,
      shared,
      concurrency: () => dependencies.runnerFor(want.from).concurrency,
      failed: dependencies.defects.ignoreFaults('letting go of parts'),
    })
  }

  function wantOf({ requester, job, over, key }: Pick<Work, 'requester' | 'job' | 'over' | 'key'>): KeptWant {
    const signal = AbortSignal.any([dependencies.signal, over.signal])
    return { from: requester, ...keeperOf(requester, job), signal, key }
  }

  /**
   * The keeper of a job's blobs. Blobs of others' jobs are deleted when the job is over, of an encrypted one at once;
   * the user decides about those of own jobs.
   */
  function keeperOf(requester: PeerId, job: JobId): BlobKeeper {
    const owner = holdingPin(requester, job)
    if (requester === dependencies.me) return { owner }
    const isSealed = dependencies.keyOf(requester, job) !== undefined
    return { owner, guest: isSealed ? sealedGuest(requester, job) : requester }
  }

  return { load, wantOf }
}
