import { RenderRequest, type RenderRecipe } from '#contract'
import { priorityOf, type JobState } from '../../peer/requester/slice.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Cid } from '../../protocol/ids.ts'
import { renderRules } from '../../protocol/job-kinds/render.ts'
import type { JobDependencies } from '../dependencies.ts'
import type { JobNotes } from '../job-notes.ts'
import { mustRender } from './picture/rendered-picture.ts'

/** Stores a request, to be read again with `requestOf`. What was true of its moment only is left out. */
export async function storeRequest(blobs: Pick<BlobStore, 'put'>, request: RenderRequest): Promise<Cid> {
  const { estimated_ms: _estimate, deadline_ms: _deadline, ...kept } = request
  return blobs.put(new TextEncoder().encode(JSON.stringify(kept)))
}

/** The request by which a job was submitted, with all frames of its series; undefined of jobs from before it was kept. */
export async function requestOf(
  { blobs }: Pick<JobDependencies, 'blobs'>,
  { recipe }: JobNotes,
): Promise<RenderRequest | undefined> {
  if (recipe === undefined || !blobs.has(recipe)) return undefined
  const parsed = RenderRequest.safeParse(JSON.parse(new TextDecoder().decode(await blobs.read(recipe))))
  return parsed.data
}

/** Whether all files of a request are on this machine. */
export function isSceneHere(
  { blobs }: Pick<JobDependencies, 'blobs'>,
  { files, environment }: RenderRequest,
): boolean {
  return [...files.map(({ cid }) => cid), ...(environment === undefined ? [] : [environment])].every((cid) =>
    blobs.has(cid),
  )
}

/** A job's settings, and its scene where it is here. @throws FaultError `bad-input` for a job that renders nothing */
export async function recipeOf(
  dependencies: Pick<JobDependencies, 'blobs'>,
  job: JobState,
  notes: JobNotes,
): Promise<RenderRecipe> {
  const { width, height, spp, bounces, clamp, camera } = mustRender(job)
  const { manifest } = job
  const request = await requestOf(dependencies, notes)
  const { frame, fps, denoise = 0 } = notes
  const frames = request?.frames ?? (frame === undefined ? undefined : [frame])
  return {
    ...{ width, height, spp, bounces, denoise },
    ...(clamp === undefined ? {} : { clamp }),
    ...(frames === undefined ? {} : { frames }),
    fps: request?.fps ?? fps ?? 24,
    redundancy: manifest.verification_redundancy,
    priority: priorityOf(job),
    encrypt: manifest.encryption !== undefined,
    ...(request !== undefined && isSceneHere(dependencies, request)
      ? { scene: sceneOf(request) }
      : { scene_name: request?.main ?? manifest.description }),
    ...lookOf(request, camera),
  }
}

/** Light and view, where they were chosen. The camera of a view is none of the file's. */
function lookOf(
  { light, view }: Partial<RenderRequest> = {},
  camera: number | undefined,
): Pick<RenderRecipe, 'light' | 'view' | 'camera'> {
  return {
    ...(light === undefined ? {} : { light }),
    ...(view === undefined ? {} : { view }),
    ...(camera === undefined || view !== undefined ? {} : { camera }),
  }
}

function sceneOf({ files, main, environment }: RenderRequest): NonNullable<RenderRecipe['scene']> {
  return { files, main, ...(environment === undefined ? {} : { environment }) }
}

/** Whether a job is of the version that this program submits and its peers compute. */
export function isOfThisVersion({ manifest }: Pick<JobState, 'manifest'>): boolean {
  return manifest.algorithm_id === renderRules.id && manifest.algorithm_version === renderRules.version
}
