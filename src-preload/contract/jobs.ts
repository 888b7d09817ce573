import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { Cid, JobId, Name, PeerId } from '../../src-main/protocol/ids.ts'
import { Fault } from '../../src-main/protocol/fault.ts'
import { INPUTS_MAX, JOB_UNITS_MAX, REDUNDANCY_MAX } from '../../src-main/protocol/limits.ts'
import {
  BOUNCES_MAX,
  IMAGE_SIDE_MAX,
  RADIANCE_CLAMP_MAX,
  SAMPLES_PER_PIXEL_MAX,
  TILE_SIDE_MAX,
  TILE_SIDE_MIN,
} from '../../src-main/protocol/job-kinds/render-tasks.ts'
import { VerificationConsensus } from '../../src-main/protocol/result.ts'
import { ComputeResource } from '../../src-main/protocol/resource.ts'
import { Fraction } from '../../src-main/protocol/slot.ts'
import { Params, UnitIndex } from '../../src-main/protocol/work.ts'
import { JobStatus, JobSummary } from './job-status.ts'
import { Chunk } from './blobs.ts'
import {
  DESCRIPTION_LENGTH_MAX,
  FRAMES_MAX,
  FRAME_MAX,
  PICTURE_SIDE_MAX,
  PREVIEW_SIDE_MAX,
  SCENE_FILES_MAX,
  UNIT_NEWS_MAX,
} from './limits.ts'
import { ModuleRequest, SubmittedModule } from './modules.ts'
import { DeadlineRisk, placement } from './placement.ts'
import { AtMs, Count, DurationMs, Nothing, procedure } from './procedure.ts'

const Redundancy = z.int().min(1).max(REDUNDANCY_MAX)
const Description = z.string().max(DESCRIPTION_LENGTH_MAX)

/** A file of a scene: its name as the main file refers to it (relative, with `/`), and its uploaded content. */
export const SceneFile = z.strictObject({ name: z.string().min(1).max(100), cid: Cid })
export type SceneFile = z.infer<typeof SceneFile>

/** Frames of an animation, each once, in the order in which they are rendered. */
export const Frames = z
  .array(z.int().min(0).max(FRAME_MAX))
  .min(1)
  .max(FRAMES_MAX)
  .refine((frames) => new Set(frames).size === frames.length, 'a frame is named twice')

const scene = {
  files: z.array(SceneFile).min(1).max(SCENE_FILES_MAX),
  /** The name among `files` of the .glb or .gltf file. */
  main: z.string(),
}

/** Files of a scene that are uploaded. */
export const SceneFiles = z.strictObject(scene)
export type SceneFiles = z.infer<typeof SceneFiles>

/** A picture to render. */
export const RenderRequest = z.strictObject({
  ...scene,
  /** Pixels. */
  width: z.int().min(1).max(IMAGE_SIDE_MAX).default(640),
  height: z.int().min(1).max(IMAGE_SIDE_MAX).default(480),
  /** Samples per pixel. */
  spp: z.int().min(1).max(SAMPLES_PER_PIXEL_MAX).default(64),
  /** Side of a unit's square of pixels. */
  tile: z.int().min(TILE_SIDE_MIN).max(TILE_SIDE_MAX).default(64),
  /** Samples of each pixel that one unit takes; a bounded default when absent. */
  samples_per_unit: z.int().min(1).max(SAMPLES_PER_PIXEL_MAX).exactOptional(),
  /** The longest path in surface hits after the first. */
  bounces: z.int().min(0).max(BOUNCES_MAX).default(6),
  /** The most radiance that one path may bring: fewer bright specks for a little less light. Any when absent. */
  clamp: z.number().positive().max(RADIANCE_CLAMP_MAX).exactOptional(),
  /** Distinct peers that render each unit. */
  redundancy: Redundancy.default(2),
  /** An uploaded .hdr picture of distant light. */
  environment: Cid.exactOptional(),
  /** Index among the file's cameras; the first, or a framing one, when absent. */
  camera: z.int().min(0).max(0xffff).exactOptional(),
  /** Frames of the file's animation, a job each; a still at the file's rest pose when absent. */
  frames: Frames.exactOptional(),
  /** Frames per second: frame n shows the animation n / fps seconds after its start. */
  fps: z.number().min(1).max(240).default(24),
  priority: Fraction.default(0.5),
  ...placement,
  /** What the user was told that it would take, remembered to compare. */
  estimated_ms: DurationMs.exactOptional(),
  /** The main file's name when absent. */
  description: Description.exactOptional(),
})
export type RenderRequest = z.infer<typeof RenderRequest>

/** What an import passed over: the picture will lack it. */
export const SceneWarning = z.strictObject({ kind: z.string(), message: z.string() })
export type SceneWarning = z.infer<typeof SceneWarning>

/** A render job that was accepted. */
export const SubmittedRender = z.strictObject({
  /** The job; of several frames the first one's. */
  job_id: JobId,
  /** All jobs, in the order of the frames. */
  job_ids: z.array(JobId),
  /** Of all jobs together. */
  units: Count,
  triangles: Count,
  /** Bytes that every peer that helps has to fetch. */
  scene_bytes: Count,
  warnings: z.array(SceneWarning),
  /** When the last of the jobs cannot meet its deadline, as far as that can be told now. */
  deadline_at_risk: DeadlineRisk.exactOptional(),
})
export type SubmittedRender = z.infer<typeof SubmittedRender>

/** What a scene is made of. */
export const SceneReport = z.strictObject({
  triangles: Count,
  meshes: Count,
  materials: Count,
  textures: Count,
  /** Names of the file's cameras, in its order; empty names where it gives none. */
  cameras: z.array(z.string()),
  /** How long the file's animations go, in seconds; 0 without any. */
  animation_seconds: z.number().min(0),
  /** Files that the scene refers to and that are not among its files. */
  missing: z.array(z.string()),
  /** What else the picture will lack. */
  warnings: z.array(SceneWarning),
})
export type SceneReport = z.infer<typeof SceneReport>

/** A look at a scene before it is sent: one sample a pixel, here. */
export const ScenePreview = z.strictObject({
  /** A JPEG picture. */
  image: Chunk,
  width: Count,
  height: Count,
  /** Core time of one sample of one pixel here, in microseconds: what `estimate` wants to know of the scene. */
  sample_us: z.number().min(0),
  took_ms: DurationMs,
})
export type ScenePreview = z.infer<typeof ScenePreview>

/** How long a render would take, with everybody who could help at this moment. */
export const RenderEstimate = z.strictObject({
  /** Wall time; absent when nobody could do it now. */
  likely_ms: DurationMs.exactOptional(),
  low_ms: DurationMs.exactOptional(),
  high_ms: DurationMs.exactOptional(),
  /** PCs that could help, this one included, and cores that they share. */
  peers: Count,
  cores: z.number().min(0),
  /** Core time in all, checks included. */
  core_ms: DurationMs,
})
export type RenderEstimate = z.infer<typeof RenderEstimate>

/** Runs of one unit that failed, of which an answer tells at most so many. */
export const UNIT_FAULTS_MAX = 64

/** What a unit's results agree on (document 000), and the runs that brought none. */
export const UnitConsensus = VerificationConsensus.extend({
  /** Who could not compute it and why, in the order in which they were given it; the newest where they are many. */
  faults: z.array(z.strictObject({ peer_id: PeerId, fault: Fault })).max(UNIT_FAULTS_MAX),
})
export type UnitConsensus = z.infer<typeof UnitConsensus>

/** A unit of a job as its requester sees it. */
export const UnitView = z.strictObject({
  index: UnitIndex,
  /** `returned`: somebody is done, but not as many as check. */
  state: z.enum(['open', 'running', 'returned', 'verified']),
  /** Who works on it or, once verified, whose output counts: positions in the message's list of peers. */
  by: z.array(Count),
  /** Times that somebody was given it. */
  attempts: Count,
  /** Why the latest attempt that failed did. */
  fault: Fault.exactOptional(),
  /** From award to return, of the verified output. */
  took_ms: DurationMs.exactOptional(),
})
export type UnitView = z.infer<typeof UnitView>

/** Units that changed. */
export const UnitNews = z.strictObject({
  /** All units of the job; those that nothing was told of are open and were never given to anybody. */
  total: Count,
  /** Everybody that `by` refers to so far; grows only. */
  peers: z.array(PeerId),
  units: z.array(UnitView).max(UNIT_NEWS_MAX),
})
export type UnitNews = z.infer<typeof UnitNews>

/** A verified part of a picture in progress, small. Told once; a later one of the same place has more samples. */
export const TilePreview = z.strictObject({
  unit_index: UnitIndex,
  /** Pixels of the preview, from the top left. */
  x: Count,
  y: Count,
  width: Count,
  height: Count,
  /** A JPEG picture in base64. */
  jpeg: z.string(),
  /** Whose output it is. */
  made_by: PeerId,
  verified_at_ms: AtMs,
})
export type TilePreview = z.infer<typeof TilePreview>

/** Tiles of a picture in progress. */
export const PictureNews = z.strictObject({
  /** Pixels of the whole preview. */
  width: Count,
  height: Count,
  tiles: z.array(TilePreview),
})
export type PictureNews = z.infer<typeof PictureNews>

/** Any job whose units differ only by their index. */
export const JobRequest = z.strictObject({
  algorithm_id: Name,
  algorithm_version: Name,
  params: Params,
  /** Uploaded blobs by the role that the algorithm knows them by. */
  inputs: z
    .record(z.string().max(100), Cid)
    .refine((inputs) => Object.keys(inputs).length <= INPUTS_MAX, `at most ${INPUTS_MAX} inputs`)
    .default({}),
  unit_count: z.int().min(1).max(JOB_UNITS_MAX),
  /** Of one unit, on one core of the reference machine. */
  estimated_duration_seconds: z.number().min(0).max(604_800),
  /** What one unit needs. */
  resources: ComputeResource,
  redundancy: Redundancy.default(2),
  priority: Fraction.default(0.5),
  description: Description.exactOptional(),
  ...placement,
})
export type JobRequest = z.infer<typeof JobRequest>

/** A job that was accepted. */
export const SubmittedJob = z.strictObject({
  job_id: JobId,
  units: Count,
  deadline_at_risk: DeadlineRisk.exactOptional(),
})
export type SubmittedJob = z.infer<typeof SubmittedJob>

/** A finished result in the blob store. */
export const ResultFile = z.strictObject({
  cid: Cid,
  bytes: Count,
  /** Of the file's bytes, in hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
export type ResultFile = z.infer<typeof ResultFile>

/** Formats of a finished picture: tone-mapped with 8 bits a channel, or linear radiance as 32-bit floats. */
export const ResultFormat = z.enum(['png', 'exr'])
export type ResultFormat = z.infer<typeof ResultFormat>

const WhichJob = z.strictObject({ job_id: JobId })

/** Work for the mesh. Every call on a job that is not there has the fault `unknown-job`. */
export const jobs = {
  /** Faults: `bad-input` (not glTF, no triangles, …), `blob-missing`. */
  submitRender: procedure.input(RenderRequest).output(SubmittedRender),
  /**
   * Checks a module, cuts its input, and submits the job. Faults: `module-refused` for one that the sandbox does not
   * take, in one line; `bad-input` for an input with too many pieces; `blob-missing`, `quota-exceeded`.
   */
  submitModule: procedure.input(ModuleRequest).output(SubmittedModule),
  /** What a scene is made of and what it lacks. Faults as of `submitRender`, except that files may be missing. */
  inspectScene: procedure.input(SceneFiles).output(SceneReport),
  /** A small picture of a scene, computed here at once. Faults as of `submitRender`. */
  previewScene: procedure
    .input(
      SceneFiles.extend({
        camera: z.int().min(0).max(0xffff).exactOptional(),
        environment: Cid.exactOptional(),
        frame: z.int().min(0).max(FRAME_MAX).exactOptional(),
        fps: z.number().min(1).max(240).default(24),
        /** Pixels; the preview has the shape of the picture that is to be. */
        width: z.int().min(1).max(PREVIEW_SIDE_MAX),
        height: z.int().min(1).max(PREVIEW_SIDE_MAX),
      }),
    )
    .output(ScenePreview),
  /** How long it would take; at once. */
  estimateRender: procedure
    .input(
      z.strictObject({
        width: z.int().min(1).max(IMAGE_SIDE_MAX),
        height: z.int().min(1).max(IMAGE_SIDE_MAX),
        spp: z.int().min(1).max(SAMPLES_PER_PIXEL_MAX),
        frames: z.int().min(1).max(FRAMES_MAX).default(1),
        redundancy: Redundancy.default(2),
        /** What the preview measured; a usual scene when absent. */
        sample_us: z.number().min(0).exactOptional(),
      }),
    )
    .output(RenderEstimate),
  submit: procedure.input(JobRequest).output(SubmittedJob),
  /** Newest first. */
  list: procedure.output(z.array(JobSummary)),
  status: procedure.input(WhichJob).output(JobStatus),
  /** The status now and after changes, at most one each `WATCH_EVERY_MS`; ends with the job and what follows it. */
  watch: procedure.input(WhichJob).output(eventIterator(JobStatus)),
  /** The job's units, then those that change, at most one message each `WATCH_EVERY_MS`; ends with the job. */
  watchUnits: procedure.input(WhichJob).output(eventIterator(UnitNews)),
  /**
   * The verified tiles of a render job so far and as they come, each sent once; ends with the job. The preview is no
   * larger than `side_max` either way. Fault: `bad-input` for a job that renders nothing.
   */
  watchPicture: procedure
    .input(WhichJob.extend({ side_max: z.int().min(64).max(PICTURE_SIDE_MAX) }))
    .output(eventIterator(PictureNews)),
  /** A small JPEG picture of a render job that is done. Fault: `bad-input` before the end. */
  thumbnail: procedure.input(WhichJob).output(z.strictObject({ image: Chunk, width: Count, height: Count })),
  /** The picture of a render job that is done; assembled on the first call. Fault: `bad-input` before the end. */
  result: procedure.input(WhichJob.extend({ format: ResultFormat })).output(ResultFile),
  /**
   * The result of a module's job that is done: its units' outputs one after the other, or what the module that
   * combines them made of them. Fault: `bad-input` before the end.
   */
  moduleResult: procedure.input(WhichJob).output(ResultFile),
  /** One verified unit's output, of any job. Fault: `bad-input` while it is not there. */
  output: procedure
    .input(WhichJob.extend({ unit_index: UnitIndex }))
    .output(z.strictObject({ cid: Cid, bytes: Count })),
  /** Who returned what for one unit, what they agree on, and for whom it failed. Fault: `bad-input` for a unit that nobody has touched. */
  consensus: procedure.input(WhichJob.extend({ unit_index: UnitIndex })).output(UnitConsensus),
  /** Nobody is given units of it any longer, and what is at work is taken back. Fault: `bad-input` if it does not run. */
  pause: procedure.input(WhichJob).output(Nothing),
  /** Goes on with a paused job. Fault: `bad-input` if it is not paused. */
  resume: procedure.input(WhichJob).output(Nothing),
  /** Which of this user's jobs goes first, for units that are not given out yet. Fault: `bad-input` after its end. */
  setPriority: procedure.input(WhichJob.extend({ priority: Fraction })).output(Nothing),
  /** Ends a running or paused job, or the one that combines its outputs; whoever works on it is told. */
  cancel: procedure.input(WhichJob).output(Nothing),
  /** Forgets an ended job, its outputs and what combined them. Fault: `bad-input` while one of both runs. */
  remove: procedure.input(WhichJob).output(Nothing),
}
