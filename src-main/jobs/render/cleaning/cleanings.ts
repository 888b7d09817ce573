import { z } from 'zod'
import type { Cleaning } from '#contract'
import type { JobState } from '../../../peer/requester/slice.ts'
import { FaultError, faultOf } from '../../../protocol/fault.ts'
import type { JobId } from '../../../protocol/ids.ts'
import type { JobManifest } from '../../../protocol/work.ts'
import type { JobDependencies } from '../../dependencies.ts'
import type { JobNotesReader } from '../../job-notes.ts'
import { mustHaveAPart } from '../../job-phase.ts'
import { createKeptArtifact } from '../../kept-artifact.ts'
import { runLocalTask } from '../../local-task.ts'
import { createSerialQueue } from '../../serial-queue.ts'
import { unitInputs } from '../../unit-outputs.ts'
import { watchBatches } from '../../watch-batches.ts'
import { CLEAN } from '../local-algorithms.ts'
import { jobInputs } from '../picture/job-inputs.ts'
import { keepPicture, PictureFiles } from '../picture/picture-files.ts'
import { mustRender } from '../picture/rendered-picture.ts'
import { isCleanable } from './cleanable-samples.ts'

/** The largest picture, 8192², takes about a quarter of an hour; the memory is that of assembling it. */
const CLEAN_LIMITS = { wallMsMax: 60 * 60_000, memoryBytesMax: 6 * 2 ** 30, outputBytesMax: 2 * 2 ** 30 }

/** A cleaned picture, and by which strength. */
const CleanedFiles = PictureFiles.extend({ strength: z.number() })
type CleanedFiles = z.infer<typeof CleanedFiles>

/** Why a picture is as rendered. */
type AsRendered = Extract<Cleaning, { state: 'as-rendered' }>

/** A cleaning under way, by the job's manifest. */
interface AtWork {
  readonly aborter: AbortController
  share: number
}

/**
 * Pictures without noise, of jobs that ask for them: made once, remembered, kept as long as the job beside the picture as
 * rendered. Where one cannot be made, there is the picture as rendered and a reason.
 */
export interface Cleanings {
  /**
   * The files of a job's picture without noise, made now where they are not there; undefined where it stays as rendered.
   * @throws FaultError `bad-input` for a job under way, without a tile or that renders nothing
   */
  of(job: JobState): Promise<PictureFiles | undefined>
  /** Tells how far it is, to the end, and has it made. `again` forgets that it was stopped or failed. */
  watch(job: JobState, again: boolean, signal: AbortSignal): AsyncGenerator<Cleaning, void, void>
  /** Ends making it: the picture is as rendered until it is asked for again. */
  stop(job: JobState): void
  forget(job: JobId): void
}

/** How cleanings are made. */
export interface CleaningOptions {
  readonly notesOf: JobNotesReader
  readonly exposureStops: (job: JobState) => Promise<number | undefined>
  /** Ends them when the peer stops. */
  readonly stopping: AbortSignal
}

/** Creates the cleanings. */
export function createCleanings(dependencies: JobDependencies, options: CleaningOptions): Cleanings {
  const { notesOf, stopping } = options
  const { report } = dependencies
  const atWork = new WeakMap<JobManifest, AtWork>()
  const asRendered = new WeakMap<JobManifest, AsRendered>()
  const listeners = new Set<() => void>()
  const tell = (): void => listeners.forEach((listener) => listener())
  /** One at a time: each takes a core and the memory of a picture. */
  const queue = createSerialQueue()
  const artifact = createKeptArtifact<CleanedFiles>(dependencies, {
    name: 'cleaned',
    schema: CleanedFiles,
    blobsOf: ({ png, exr }) => [png.cid, exr.cid],
    make: (job) => {
      const work: AtWork = { aborter: new AbortController(), share: 0 }
      atWork.set(job.manifest, work)
      const progress = (share: number): void => {
        work.share = share
        tell()
      }
      const signal = AbortSignal.any([stopping, work.aborter.signal])
      const making = queue(() => cleanJob(dependencies, options, job, signal, progress))
      return making.finally(() => atWork.delete(job.manifest))
    },
  })

  /** Why a job's picture is not to be cleaned, or was not. */
  function reasonOf(job: JobState): AsRendered | undefined {
    if ((notesOf(job).denoise ?? 0) === 0) return { state: 'as-rendered', why: 'off' }
    if (!isCleanable(mustRender(job))) return { state: 'as-rendered', why: 'few-samples' }
    return asRendered.get(job.manifest)
  }

  async function filesOf(job: JobState): Promise<PictureFiles | undefined> {
    mustHaveAPart(job)
    if (reasonOf(job) !== undefined) return undefined
    const making = artifact.of(job)
    const work = atWork.get(job.manifest)
    try {
      return await making
    } catch (error) {
      if (stopping.aborted) throw error
      if (!(error instanceof FaultError)) report(error)
      asRendered.set(job.manifest, failureOf(error, work?.aborter.signal.aborted === true))
      return undefined
    } finally {
      tell()
    }
  }

  function stateOf(job: JobState): Cleaning {
    const reason = reasonOf(job)
    if (reason !== undefined) return reason
    if (artifact.known(job.manifest.job_id) !== undefined) return { state: 'cleaned' }
    return { state: 'cleaning', share: atWork.get(job.manifest)?.share ?? 0 }
  }

  return {
    of: filesOf,
    async *watch(job, again, signal) {
      mustHaveAPart(job)
      if (again) asRendered.delete(job.manifest)
      filesOf(job).catch((error: unknown) => {
        if (!stopping.aborted) report(error)
      })
      const take = changes(() => stateOf(job))
      yield* watchBatches<Cleaning>(dependencies, {
        hear: () => undefined,
        take,
        isOver: () => stateOf(job).state !== 'cleaning',
        alsoWake: (wake) => {
          listeners.add(wake)
          return () => listeners.delete(wake)
        },
        signal,
      })
    },
    stop: ({ manifest }) => atWork.get(manifest)?.aborter.abort(),
    forget: (job) => artifact.forget(job),
  }
}

/** Cleans a job's picture. @throws FaultError the fault that the task ended with */
async function cleanJob(
  dependencies: JobDependencies,
  { notesOf, exposureStops }: CleaningOptions,
  job: JobState,
  signal: AbortSignal,
  progress: (share: number) => void,
): Promise<CleanedFiles> {
  const { job_id, params } = job.manifest
  const strength = notesOf(job).denoise ?? 0
  const given = await exposureStops(job)
  const result = await runLocalTask(
    dependencies.runner,
    {
      id: `clean ${job_id}`,
      algorithmId: CLEAN.id,
      algorithmVersion: CLEAN.version,
      params: {
        job: params,
        strength,
        ...(given === undefined ? {} : { exposure_stops: given }),
        ...(mustHaveAPart(job) === 'part' ? { partial: true } : {}),
      },
      inputs: { ...jobInputs(dependencies, job), ...(await unitInputs(dependencies, job)) },
      limits: CLEAN_LIMITS,
    },
    signal,
    progress,
  )
  return { ...(await keepPicture(dependencies.blobs, result, job_id)), strength }
}

/** Why a picture could not be cleaned. */
function failureOf(error: unknown, wasStopped: boolean): AsRendered {
  if (wasStopped) return { state: 'as-rendered', why: 'stopped' }
  const { kind, message } = faultOf(error, 'internal')
  return kind === 'unsupported'
    ? { state: 'as-rendered', why: 'few-samples' }
    : { state: 'as-rendered', why: 'failed', message }
}

/** The value each time that it is another one than before. */
function changes<T>(read: () => T): () => T | undefined {
  let last = ''
  return () => {
    const value = read()
    const text = JSON.stringify(value)
    if (text === last) return undefined
    last = text
    return value
  }
}
