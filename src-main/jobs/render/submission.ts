import {
  DESCRIPTION_LENGTH_MAX,
  type RenderRequest,
  type SceneWarning,
  type SubmittedRender,
} from '#contract'
import { refuse } from '../../protocol/fault.ts'
import type { JobKey } from '../../protocol/job-key.ts'
import type { Cid, JobId } from '../../protocol/ids.ts'
import { renderRules } from '../../protocol/job-kinds/render.ts'
import { RenderParams, tileGrid, unitCount } from '../../protocol/job-kinds/render-tasks.ts'
import type { JobManifest, Params } from '../../protocol/work.ts'
import { forgetJobNotes, writeJobNotes, type JobNotes } from '../job-notes.ts'
import { framePriority } from '../animation.ts'
import { cleanableSamples } from './cleaning/cleanable-samples.ts'
import { newJobId } from '../job-id.ts'
import type { JobDependencies } from '../dependencies.ts'
import { newManifest } from '../manifest.ts'
import { keptDataset, keyFor } from '../placement.ts'
import { memoryFit, mustFitSomewhere } from './estimate/memory-fit.ts'
import type { AskedRender, RenderEstimates } from './estimate/render-estimates.ts'
import { storeRequest } from './recipe.ts'
import type { ImportedScene } from './scene/kept-scenes.ts'
import type { Backdrops } from './picture/backdrop.ts'
import type { TakenPreviews } from './scene/taken-previews.ts'
import type { SceneImports } from './scene/scene-import.ts'
import type { SceneExposure, SceneMeter } from './scene/scene-meter.ts'

/** Warnings told of all frames together; each is told once. */
const WARNINGS_MAX = 100

/** What a submission works with. */
export interface RenderDependencies extends JobDependencies {
  readonly estimates: Pick<RenderEstimates, 'alone' | 'begin' | 'forget'>
}

/** The first half of a letter of two UTF-16 units, at the end of a text. */
const HALF_LETTER = /[\uD800-\uDBFF]$/

/** A frame of an animation that is to be rendered, or a still. */
interface Shot {
  readonly job: JobId
  readonly frame?: number
  readonly index: number
}

/** The parts of this kind that a submission asks. */
export interface SceneParts {
  readonly imports: SceneImports
  readonly meter: SceneMeter
  readonly taken: Pick<TakenPreviews, 'find'>
  readonly backdrops: Pick<Backdrops, 'remember' | 'forget'>
}

/**
 * Imports a scene here and submits its job, or a job for each of its frames, one after the other. Its parts are kept
 * until their jobs are removed. If a frame cannot be submitted, none is.
 *
 * The light is metered once, on the first frame that is asked for: the one that the form's preview shows, with the exposure
 * that all frames then have. Otherwise the picture would flicker where a lamp comes into view.
 * @throws FaultError `bad-input` for files that are no scene, `blob-missing`, `quota-exceeded`
 */
export async function submitRender(
  dependencies: RenderDependencies,
  parts: SceneParts,
  request: RenderRequest,
  signal: AbortSignal,
): Promise<SubmittedRender> {
  const { meter } = parts
  const params = renderParams(request)
  const shots = (request.frames ?? [undefined]).map((frame, index): Shot => ({
    job: newJobId(dependencies.random, 'render'),
    ...(frame === undefined ? {} : { frame }),
    index,
  }))
  const [first] = shots
  if (first === undefined) refuse('bad-input', 'a render without a frame')
  const scenes: ImportedScene[] = []
  let exposure: Promise<SceneExposure | undefined> | undefined
  const exposureOf = (scene: ImportedScene) => (exposure ??= meter.tryMeter(scene, params, signal))
  const submitted: JobId[] = []
  // The frames share what they read, and the half of their keys that it is encrypted by.
  let key = keyFor(request)
  const recipe = await storeRequest(dependencies.blobs, request)
  try {
    for (const shot of shots) {
      signal.throwIfAborted()
      key = keyFor(request, key)
      scenes.push(
        await submitShot(dependencies, parts, {
          ...{ request, recipe, params, shot, shots },
          ...{ exposureOf, signal, key },
        }),
      )
      submitted.push(shot.job)
    }
  } catch (error) {
    await withdraw(dependencies, submitted)
    throw error
  }
  const { runtime, clock } = dependencies
  const unit_ram_gb = Math.max(...scenes.map((scene) => unitRamOf(scene, params)))
  const { smaller } = memoryFit(runtime.state, unit_ram_gb, clock.nowMs())
  return {
    kind: 'render',
    job_id: first.job,
    job_ids: submitted,
    units: unitCount(params) * shots.length,
    triangles: Math.max(...scenes.map(({ triangles }) => triangles)),
    scene_bytes: travelling(dependencies, scenes),
    unit_ram_gb,
    ...(smaller.length === 0 ? {} : { smaller: [...smaller] }),
    warnings: distinct(scenes.flatMap(({ warnings }) => warnings)),
  }
}

/** One job of a request. */
interface ShotRequest {
  readonly request: RenderRequest
  /** The blob of the request. */
  readonly recipe: Cid
  readonly params: RenderParams & Params
  readonly shot: Shot
  readonly shots: readonly Shot[]
  /** Of all shots, by the first one's scene. */
  readonly exposureOf: (scene: ImportedScene) => Promise<SceneExposure | undefined>
  /** Of an encrypted job. */
  readonly key: JobKey | undefined
  readonly signal: AbortSignal
}

async function submitShot(
  dependencies: RenderDependencies,
  { imports, taken, backdrops }: SceneParts,
  { request, recipe, params, shot, shots, exposureOf, signal, key }: ShotRequest,
): Promise<ImportedScene> {
  const { files, main, environment, light, camera, view: eye, width, height, fps } = request
  const owner = `api:import:${shot.job}`
  try {
    const seconds = shot.frame === undefined ? undefined : shot.frame / fps
    const view = { files, main, environment, light, camera, view: eye, width, height, seconds }
    const scene = await imports.take(view, owner, signal)
    const unitRamGb = unitRamOf(scene, params)
    mustFitSomewhere(dependencies.runtime.state, unitRamGb, dependencies.clock.nowMs())
    const exposure = await exposureOf(scene)
    // Written before the job is there, so that no view shows it without them.
    const asked = askedOf(request, params, unitRamGb)
    const alone_ms = dependencies.estimates.alone(asked)
    const notes = {
      ...notesOf(request, shot, shots, exposure),
      recipe,
      ...(alone_ms === undefined ? {} : { alone_ms }),
    }
    writeJobNotes(dependencies.settings, shot.job, notes)
    // The frames of an animation wait for each other, and teach nothing of one.
    if (shot.frame === undefined) dependencies.estimates.begin(shot.job, asked)
    try {
      const manifest = manifestOf(dependencies, {
        request,
        params: {
          ...params,
          ...(scene.camera === undefined ? {} : { camera: scene.camera }),
          ...(seconds === undefined ? {} : { seconds }),
          scene_digest: scene.digest,
        },
        shot,
        scene,
      })
      // A later frame has the exposure of the first, and not that of its own preview.
      const preview = shot.index === 0 ? taken.find(scene, params) : undefined
      const backdrop = preview === undefined ? undefined : await dependencies.blobs.put(preview)
      if (backdrop !== undefined) backdrops.remember(shot.job, backdrop)
      const alsoKeep = [
        ...keptDataset(request, dependencies.blobs),
        recipe,
        ...(backdrop === undefined ? [] : [backdrop]),
      ]
      await dependencies.runtime.submit(manifest, alsoKeep, key)
    } catch (error) {
      forgetJobNotes(dependencies.settings, shot.job)
      dependencies.estimates.forget(shot.job)
      backdrops.forget(shot.job)
      throw error
    }
    return scene
  } finally {
    dependencies.blobs.unpin(owner)
  }
}

function manifestOf(
  dependencies: JobDependencies,
  about: Pick<ShotRequest, 'request' | 'params' | 'shot'> & { readonly scene: ImportedScene },
): JobManifest {
  const { request, params, shot, scene } = about
  const given = { sceneMemoryBytes: scene.memoryBytes }
  const priority = framePriority(request.priority, shot.index)
  return newManifest(
    dependencies,
    { ...request, priority },
    {
      job_id: shot.job,
      description: descriptionOf(request, shot),
      algorithm_id: renderRules.id,
      algorithm_version: renderRules.version,
      params,
      inputs: scene.inputs,
      unit_count: renderRules.unitCount(params, given),
      unit_grid: tileGrid(params),
      result: 'assembled',
      estimated_duration_seconds: renderRules.unitCost(params, given),
      resources: renderRules.resources(params, given),
    },
  )
}

function descriptionOf({ description, main }: RenderRequest, { frame }: Shot): string {
  const which = frame === undefined ? '' : `, frame ${frame}`
  // A letter of two units that is cut in half is none.
  const cut = (description ?? main).slice(0, DESCRIPTION_LENGTH_MAX - which.length).replace(HALF_LETTER, '')
  return `${cut}${which}`
}

function notesOf(
  { estimated_ms, fps, denoise }: RenderRequest,
  shot: Shot,
  shots: readonly Shot[],
  exposure: SceneExposure | undefined,
): JobNotes {
  const id = shots[0]?.job ?? shot.job
  return {
    ...(estimated_ms === undefined ? {} : { estimated_ms }),
    ...(shots.length === 1 ? {} : { series: { id, index: shot.index, count: shots.length } }),
    ...(shot.frame === undefined ? {} : { frame: shot.frame, fps }),
    ...(exposure === undefined ? {} : { exposure }),
    ...(denoise === 0 ? {} : { denoise }),
  }
}

/** Memory that a unit of a scene needs, in GB. */
function unitRamOf({ memoryBytes }: ImportedScene, params: RenderParams): number {
  return renderRules.resources(params, { sceneMemoryBytes: memoryBytes }).ram_gb
}

/** One picture of a request, as it is estimated. */
function askedOf(
  { files, redundancy, sample_us, denoise }: RenderRequest,
  { width, height, spp }: RenderParams,
  unitRamGb: number,
): AskedRender {
  const measured = sample_us === undefined ? {} : { sampleUs: sample_us }
  return {
    width,
    height,
    spp,
    frames: 1,
    redundancy,
    denoise,
    files: files.map(({ cid }) => cid),
    unitRamGb,
    ...measured,
  }
}

/** Takes jobs back whose series did not come about. */
async function withdraw(
  { runtime, clock, settings }: JobDependencies,
  jobs: readonly JobId[],
): Promise<void> {
  const at_ms = clock.nowMs()
  for (const job_id of jobs) {
    await runtime.dispatch({ kind: 'job-cancelled', at_ms, job_id })
    await runtime.dispatch({ kind: 'job-removed', at_ms, job_id })
    forgetJobNotes(settings, job_id)
  }
}

/** Bytes of all frames' scenes together, each content once. */
function travelling({ blobs }: JobDependencies, scenes: readonly ImportedScene[]): number {
  const cids = new Set(scenes.flatMap(({ inputs }) => Object.values(inputs)))
  return [...cids].reduce((sum, cid) => sum + (blobs.info(cid)?.bytes ?? 0), 0)
}

function distinct(warnings: readonly SceneWarning[]): SceneWarning[] {
  const byMessage = new Map(warnings.map((warning) => [warning.message, warning]))
  return [...byMessage.values()].slice(0, WARNINGS_MAX)
}

/** The job's parameters, defaults filled in. @throws FaultError `bad-input` when it has too many units */
function renderParams(request: RenderRequest): RenderParams & Params {
  const { width, height, spp, tile, bounces, camera, clamp } = request
  const samples_per_unit = cleanableSamples(request)
  const given = { width, height, spp, tile, bounces, samples_per_unit, camera, clamp }
  const parsed = RenderParams.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  )
  if (!parsed.success)
    refuse('bad-input', parsed.error.issues[0]?.message ?? 'these parameters do not fit together')
  return parsed.data
}
