import type { SubmittedRender } from '#contract'
import { isUnderWay, priorityOf, type JobState, type TakenUnit } from '../../peer/requester/slice.ts'
import { refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import { toMs, toTimestamp } from '../../protocol/time.ts'
import type { JobManifest } from '../../protocol/work.ts'
import type { JobDependencies } from '../dependencies.ts'
import { newJobId } from '../job-id.ts'
import { forgetJobNotes, writeJobNotes, type JobNotes } from '../job-notes.ts'
import { mustRender } from './picture/rendered-picture.ts'
import { isOfThisVersion, isSceneHere, requestOf } from './recipe.ts'
import { type RenderDependencies, type SceneParts, submitRender } from './submission.ts'

/** Units that one job takes over: they are one record of the journal, of some 200 bytes each. The rest is rendered anew. */
const TAKEN_UNITS_MAX = 50_000

/**
 * Renders a picture once more with the same settings, and all frames of an animation. A job whose files are gone, or that
 * is from before they were remembered, is rendered of the parts that were sent for it.
 * @throws FaultError `blob-missing` when neither is here
 */
export async function renderAgain(
  dependencies: RenderDependencies,
  scene: SceneParts,
  { job, notes }: { readonly job: JobState; readonly notes: JobNotes },
  signal: AbortSignal,
): Promise<SubmittedRender> {
  mustRender(job)
  const request = await requestOf(dependencies, notes)
  if (request !== undefined && isSceneHere(dependencies, request)) {
    return submitRender(dependencies, scene, request, signal)
  }
  mustBeWhole(dependencies, job, 'rendered again')
  const { frame, fps, exposure, denoise } = notes
  const ofScene = {
    ...(frame === undefined ? {} : { frame }),
    ...(fps === undefined ? {} : { fps }),
    ...(exposure === undefined ? {} : { exposure }),
    ...(denoise === undefined ? {} : { denoise }),
  }
  return submitCopy(dependencies, job, { notes: ofScene, taken: [] })
}

/**
 * Goes on with a job that was cancelled or failed: a new job with the units that are verified and here, which asks for the
 * others. It takes the place of the old one, of which only what was signed about it remains.
 * @throws FaultError `bad-input` for a job under way or done, `unsupported` for an encrypted one, `blob-missing`
 */
export async function continueRender(
  dependencies: JobDependencies,
  { job, notes }: { readonly job: JobState; readonly notes: JobNotes },
): Promise<SubmittedRender> {
  mustRender(job)
  const { job_id } = job.manifest
  if (isUnderWay(job) || job.status.state === 'done') {
    refuse('bad-input', `job ${job_id} is ${job.status.state}: only a cancelled or failed one is continued`)
  }
  if (job.manifest.encryption !== undefined) {
    refuse('unsupported', `job ${job_id} is encrypted for those who worked on it: render it again instead`)
  }
  mustBeWhole(dependencies, job, 'continued')
  const { estimated_ms: _told, ...kept } = notes
  return submitCopy(dependencies, job, { notes: kept, taken: takenFrom(dependencies, job) })
}

/** @throws FaultError unless a job's parts are all here, in the open, for peers of this version */
function mustBeWhole({ blobs }: JobDependencies, job: JobState, what: string): void {
  const { job_id, inputs, encryption } = job.manifest
  const isHere = Object.values(inputs).every((cid) => blobs.has(cid))
  if (!isHere || encryption !== undefined) {
    refuse('blob-missing', `the scene of job ${job_id} is no longer on this PC: choose its file again`)
  }
  if (!isOfThisVersion(job)) {
    refuse('unsupported', `job ${job_id} is of another version and cannot be ${what}: choose its file again`)
  }
}

/** The verified units of a job whose outputs are here. */
function takenFrom({ runtime, blobs }: JobDependencies, job: JobState): TakenUnit[] {
  const taken: TakenUnit[] = []
  for (const unit_index of runtime.jobs.units(job)) {
    if (taken.length >= TAKEN_UNITS_MAX) break
    const verified = runtime.jobs.unit(job, unit_index)?.verified
    if (verified?.stored !== true) continue
    if (verified.inline === undefined && !blobs.has(verified.cid)) continue
    taken.push({ unit_index, verified })
  }
  return taken
}

/** Submits a job's manifest under a new name. */
async function submitCopy(
  { runtime, settings, clock, random, blobs }: JobDependencies,
  job: JobState,
  { notes, taken }: { readonly notes: JobNotes; readonly taken: readonly TakenUnit[] },
): Promise<SubmittedRender> {
  const job_id = newJobId(random, 'render')
  const outputs = taken.flatMap(({ verified }) => (blobs.has(verified.cid) ? [verified.cid] : []))
  const alsoKeep: Cid[] = notes.recipe === undefined ? outputs : [...outputs, notes.recipe]
  writeJobNotes(settings, job_id, notes)
  try {
    const manifest = renamed(job, job_id, clock.nowMs())
    await runtime.submit(manifest, alsoKeep, undefined, taken)
  } catch (error) {
    forgetJobNotes(settings, job_id)
    throw error
  }
  const { unit_count, inputs } = job.manifest
  const cids = [...new Set(Object.values(inputs))]
  return {
    kind: 'render',
    job_id,
    job_ids: [job_id],
    units: unit_count,
    taken_units: taken.length,
    scene_bytes: cids.reduce((sum, cid) => sum + (blobs.info(cid)?.bytes ?? 0), 0),
    warnings: [],
  }
}

function renamed(job: JobState, job_id: JobManifest['job_id'], nowMs: number): JobManifest {
  const { deadline, ...manifest } = job.manifest
  const isDue = deadline !== undefined && toMs(deadline) > nowMs
  return {
    ...manifest,
    ...(isDue ? { deadline } : {}),
    job_id,
    priority: priorityOf(job),
    created_at: toTimestamp(nowMs),
  }
}
