import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { Cid, JobId, Name } from '../../src-main/protocol/ids.ts'
import { INPUTS_MAX, JOB_UNITS_MAX, REDUNDANCY_MAX } from '../../src-main/protocol/limits.ts'
import {
  BOUNCES_MAX,
  IMAGE_SIDE_MAX,
  RADIANCE_CLAMP_MAX,
  SAMPLES_PER_PIXEL_MAX,
  TILE_SIDE_MAX,
  TILE_SIDE_MIN,
} from '../../src-main/protocol/render-job.ts'
import { VerificationConsensus } from '../../src-main/protocol/result.ts'
import { ComputeResource } from '../../src-main/protocol/resource.ts'
import { Fraction } from '../../src-main/protocol/slot.ts'
import { Params, UnitIndex } from '../../src-main/protocol/work.ts'
import { JobStatus, JobSummary } from './job-status.ts'
import { DESCRIPTION_LENGTH_MAX, SCENE_FILES_MAX } from './limits.ts'
import { ModuleRequest, SubmittedModule } from './modules.ts'
import { Count, Nothing, procedure } from './procedure.ts'

const Redundancy = z.int().min(1).max(REDUNDANCY_MAX)
const Description = z.string().max(DESCRIPTION_LENGTH_MAX)

/** A file of a scene: its name as the main file refers to it (relative, with `/`), and its uploaded content. */
export const SceneFile = z.strictObject({ name: z.string().min(1).max(100), cid: Cid })
export type SceneFile = z.infer<typeof SceneFile>

/** A picture to render. */
export const RenderRequest = z.strictObject({
  files: z.array(SceneFile).min(1).max(SCENE_FILES_MAX),
  /** The name among `files` of the .glb or .gltf file. */
  main: z.string(),
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
  /** The main file's name when absent. */
  description: Description.exactOptional(),
})
export type RenderRequest = z.infer<typeof RenderRequest>

/** What an import passed over: the picture will lack it. */
export const SceneWarning = z.strictObject({ kind: z.string(), message: z.string() })
export type SceneWarning = z.infer<typeof SceneWarning>

/** A render job that was accepted. */
export const SubmittedRender = z.strictObject({
  job_id: JobId,
  units: Count,
  triangles: Count,
  /** Bytes that every peer that helps has to fetch. */
  scene_bytes: Count,
  warnings: z.array(SceneWarning),
})
export type SubmittedRender = z.infer<typeof SubmittedRender>

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
})
export type JobRequest = z.infer<typeof JobRequest>

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
  submit: procedure.input(JobRequest).output(z.strictObject({ job_id: JobId, units: Count })),
  /** Newest first. */
  list: procedure.output(z.array(JobSummary)),
  status: procedure.input(WhichJob).output(JobStatus),
  /** The status now and after changes, at most one each `WATCH_EVERY_MS`; ends with the job and what follows it. */
  watch: procedure.input(WhichJob).output(eventIterator(JobStatus)),
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
  /** Who returned what for one unit, and what they agree on. Fault: `bad-input` for a unit that nobody has touched. */
  consensus: procedure.input(WhichJob.extend({ unit_index: UnitIndex })).output(VerificationConsensus),
  /** Ends a running job, or the one that combines its outputs; whoever works on it is told. */
  cancel: procedure.input(WhichJob).output(Nothing),
  /** Forgets an ended job, its outputs and what combined them. Fault: `bad-input` while one of both runs. */
  remove: procedure.input(WhichJob).output(Nothing),
}
