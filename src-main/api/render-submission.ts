import { z } from 'zod'
import type { RenderRequest, SceneWarning, SubmittedRender } from '#contract'
import type { RunInput } from '../ports/runner.ts'
import { refuse } from '../protocol/fault.ts'
import type { JobId } from '../protocol/ids.ts'
import { RenderParams, unitCount } from '../protocol/render-job.ts'
import { toTimestamp } from '../protocol/time.ts'
import type { JobManifest, Params } from '../protocol/work.ts'
import { newJobId } from './job-id.ts'
import { blobInput, runLocalTask, storeOutput } from './local-task.ts'
import type { ApiParts } from './parts.ts'
import { IMPORT, RENDER, unitResources, unitSeconds } from './render-algorithm.ts'

/** The roles of an import's inputs that are not file names. */
const SCENE_ROLE = 'scene'
const ENVIRONMENT_ROLE = 'environment'
/** An import of the largest scene that fits takes about a minute. */
const IMPORT_LIMITS = { wallMsMax: 10 * 60_000, memoryBytesMax: 4 * 2 ** 30, outputBytesMax: 2 * 2 ** 30 }
/** The widest picture that a framing camera is fitted to; wider ones show more at the sides. */
const ASPECT_MAX = 100
/** Renders go beside other work, neither before nor after it. */
const PRIORITY = 0.5

/** What `render.import` tells of a scene. */
const ImportInfo = z.object({
  triangles: z.int().min(1),
  warnings: z.array(z.object({ kind: z.string(), message: z.string() })),
})

/**
 * Packs a scene here and submits its job. The scene is kept until the job is removed.
 * @throws FaultError `bad-input` for files that are no scene, `blob-missing`
 */
export async function submitRender(
  parts: ApiParts,
  request: RenderRequest,
  signal: AbortSignal,
): Promise<SubmittedRender> {
  const params = renderParams(request)
  const jobId = newJobId(parts.random, 'render')
  const scene = await importScene(parts, request, jobId, signal)
  const manifest: JobManifest = {
    job_id: jobId,
    requester_id: parts.runtime.state.me,
    description: request.description ?? request.main,
    algorithm_id: RENDER.id,
    algorithm_version: RENDER.version,
    params,
    inputs: { scene: scene.cid },
    unit_count: unitCount(params),
    required_resources: unitResources(params, scene.bytes),
    estimated_duration_seconds: unitSeconds(params),
    priority: PRIORITY,
    verification_redundancy: request.redundancy,
    created_at: toTimestamp(parts.clock.nowMs()),
  }
  try {
    await parts.runtime.submit(manifest)
  } finally {
    parts.blobs.unpin(importPin(jobId))
  }
  return {
    job_id: jobId,
    job_ids: [jobId],
    units: manifest.unit_count,
    triangles: scene.triangles,
    scene_bytes: scene.bytes,
    warnings: scene.warnings,
  }
}

function importPin(job: JobId): string {
  return `api:import:${job}`
}

/** The job's parameters, defaults filled in. @throws FaultError `bad-input` when it has too many units */
function renderParams(request: RenderRequest): RenderParams & Params {
  const { width, height, spp, tile, bounces, samples_per_unit, camera, clamp } = request
  const given = { width, height, spp, tile, bounces, samples_per_unit, camera, clamp }
  const parsed = RenderParams.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  )
  if (!parsed.success)
    refuse('bad-input', parsed.error.issues[0]?.message ?? 'these parameters do not fit together')
  return parsed.data
}

async function importScene(
  parts: ApiParts,
  request: RenderRequest,
  job: JobId,
  signal: AbortSignal,
): Promise<{
  cid: JobManifest['inputs'][string]
  bytes: number
  triangles: number
  warnings: SceneWarning[]
}> {
  const { blobs, runner } = parts
  const pin = importPin(job)
  const { width, height, camera } = request
  try {
    const inputs = sceneInputs(parts, request, pin)
    const result = await runLocalTask(
      runner,
      {
        id: `import ${job}`,
        algorithmId: IMPORT.id,
        algorithmVersion: IMPORT.version,
        params: { aspect: Math.min(ASPECT_MAX, width / height), ...(camera === undefined ? {} : { camera }) },
        inputs,
        limits: IMPORT_LIMITS,
      },
      signal,
    )
    const { triangles, warnings } = ImportInfo.parse(result.info)
    return { ...(await storeOutput(blobs, result.output, pin)), triangles, warnings }
  } catch (error) {
    blobs.unpin(pin)
    throw error
  }
}

/** The import's inputs by role: the main file, the environment, and every other file under its own name. */
function sceneInputs(
  { blobs }: ApiParts,
  { files, main, environment }: RenderRequest,
  pin: string,
): Record<string, RunInput> {
  const inputs: Record<string, RunInput> = {}
  const add = (role: string, cid: Parameters<typeof blobInput>[1], what: string): void => {
    if (Object.hasOwn(inputs, role)) refuse('bad-input', `the scene has two files named ${what}`)
    inputs[role] = blobInput(blobs, cid, what)
    blobs.pin(cid, pin)
  }
  const mainFile = files.find((file) => file.name === main)
  if (mainFile === undefined) refuse('bad-input', `the scene's main file ${main} is not among its files`)
  add(SCENE_ROLE, mainFile.cid, main)
  if (environment !== undefined) add(ENVIRONMENT_ROLE, environment, 'the environment')
  for (const file of files) if (file !== mainFile) add(file.name, file.cid, file.name)
  return inputs
}
