import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { Cid, JobId, PeerId } from '../../../src-main/protocol/ids.ts'
import { RenderLight } from '../../../src-main/protocol/job-kinds/render-light.ts'
import { RenderView } from '../../../src-main/protocol/job-kinds/render-view.ts'
import {
  BOUNCES_MAX,
  IMAGE_SIDE_MAX,
  RADIANCE_CLAMP_MAX,
  SAMPLES_PER_PIXEL_MAX,
  TILE_SIDE_MAX,
  TILE_SIDE_MIN,
} from '../../../src-main/protocol/job-kinds/render-tasks.ts'
import { UnitIndex } from '../../../src-main/protocol/work.ts'
import { Chunk } from '../blobs.ts'
import { SAMPLE_NAMES } from '../samples.ts'
import {
  FRAMES_MAX,
  FRAME_MAX,
  PICTURE_SIDE_MAX,
  PREVIEW_SIDE_MAX,
  SCENE_FILES_MAX,
  SCENE_FILE_NAME_LENGTH_MAX,
  SMALLER_PEERS_MAX,
  TILES_AT_WORK_MAX,
} from '../limits.ts'
import { AtMs, Count, DurationMs, Nothing, procedure } from '../procedure.ts'
import { common, submitted, WhichJob } from './job-kind.ts'

/** A file of a scene: its name as the main file refers to it (relative, with `/`), and its uploaded content. */
export const SceneFile = z.strictObject({ name: z.string().min(1).max(SCENE_FILE_NAME_LENGTH_MAX), cid: Cid })
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

/** How much of a picture's noise is taken out, from 0 to 1. */
const DenoiseStrength = z.number().min(0).max(1)

/** A picture to render. */
export const RenderRequest = z.strictObject({
  kind: z.literal('render'),
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
  /** How much of the noise is taken out of the finished picture, from 0 (none) to 1. It is kept as rendered too. */
  denoise: DenoiseStrength.default(1),
  /** An uploaded .hdr picture of distant light. */
  environment: Cid.exactOptional(),
  /** The light around the scene; that picture as it is, or a studio's for a file without lights, when absent. */
  light: RenderLight.exactOptional(),
  /** Index among the file's cameras; the first, or a framing one, when absent. */
  camera: z.int().min(0).max(0xffff).exactOptional(),
  /** In place of a camera. */
  view: RenderView.exactOptional(),
  /** Frames of the file's animation, a job each; a still at the file's rest pose when absent. */
  frames: Frames.exactOptional(),
  /** Frames per second: frame n shows the animation n / fps seconds after its start. */
  fps: z.number().min(1).max(240).default(24),
  /** The estimate that the user was shown, remembered to compare. */
  estimated_ms: DurationMs.exactOptional(),
  /** As the preview measured it: later estimates learn from how the render goes. */
  sample_us: z.number().min(0).exactOptional(),
  ...common,
})
export type RenderRequest = z.infer<typeof RenderRequest>

/** Parts of a file that an import ignored: the picture will lack them. */
export const SceneWarning = z.strictObject({ kind: z.string(), message: z.string() })
export type SceneWarning = z.infer<typeof SceneWarning>

/** Memory that one unit needs, in GB of 2^30 bytes. */
const UnitRamGb = z.number().min(0).max(1_000_000)

/** A PC that lends a unit less memory than it needs. */
export const SmallerPeer = z.strictObject({
  peer_id: PeerId,
  name: z.string(),
  is_self: z.boolean(),
  ram_gb: z.number().min(0),
})
export type SmallerPeer = z.infer<typeof SmallerPeer>

/** A render job that was accepted. */
export const SubmittedRender = z.strictObject({
  kind: z.literal('render'),
  /** Of several frames: of all jobs together; `job_id` is the first one's. */
  ...submitted,
  /** All jobs, in the order of the frames. */
  job_ids: z.array(JobId),
  /** Absent where the scene was not read anew. */
  triangles: Count.exactOptional(),
  /** Of a job that goes on with the work of an earlier one: the units that it took over. */
  taken_units: Count.exactOptional(),
  /** Bytes that every provider has to fetch. */
  scene_bytes: Count,
  /** Memory that one unit needs, and PCs that share now and lend less: they cannot help. Absent where it was not read anew. */
  unit_ram_gb: UnitRamGb.exactOptional(),
  smaller: z.array(SmallerPeer).max(SMALLER_PEERS_MAX).exactOptional(),
  warnings: z.array(SceneWarning),
})
export type SubmittedRender = z.infer<typeof SubmittedRender>

/** How a job was asked for, to ask for it again, as it was or changed. */
export const RenderRecipe = z.strictObject({
  width: Count,
  height: Count,
  spp: Count,
  bounces: Count,
  clamp: z.number().positive().exactOptional(),
  denoise: DenoiseStrength,
  camera: Count.exactOptional(),
  /** All frames that were asked for together. */
  frames: Frames.exactOptional(),
  fps: z.number().positive(),
  redundancy: Count,
  priority: z.number(),
  encrypt: z.boolean(),
  /** The scene's files; absent when one of them is no longer here, or the job is from before they were remembered. */
  scene: SceneFiles.extend({ environment: Cid.exactOptional() }).exactOptional(),
  light: RenderLight.exactOptional(),
  view: RenderView.exactOptional(),
  /** The name of a scene that is not here. */
  scene_name: z.string().exactOptional(),
})
export type RenderRecipe = z.infer<typeof RenderRecipe>

/** The content of a scene. */
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
  /** Other parts that the picture will lack. */
  warnings: z.array(SceneWarning),
})
export type SceneReport = z.infer<typeof SceneReport>

/**
 * The light of a picture: the scene's own lights, a .hdr picture, the soft light of a studio, which a scene with no lights
 * gets, or `nothing`, where the lights reach next to nothing that the camera sees.
 */
export const LitBy = z.enum(['own', 'environment', 'studio', 'nothing'])
export type LitBy = z.infer<typeof LitBy>

/** The exposure of a picture in photographic stops: 0 leaves the scene's numbers as they are, each one more doubles them. */
const ExposureStops = z.number()

/** A preview of a scene before it is sent, rendered here. */
export const ScenePreview = z.strictObject({
  /** A JPEG picture. */
  image: Chunk,
  width: Count,
  height: Count,
  /** Core time of one sample of one pixel here, in microseconds: input of `estimate`. */
  sample_us: z.number().min(0),
  took_ms: DurationMs,
  /** As the finished picture will have it. */
  exposure_stops: ExposureStops,
  lit_by: LitBy,
  /** The eye of this picture, to be moved: it looks at what is in the picture's middle. */
  view: RenderView,
  /** Memory that one unit of a render of it needs, GB: input of `estimate`. */
  unit_ram_gb: UnitRamGb,
})
export type ScenePreview = z.infer<typeof ScenePreview>

/** How long a render would take with all PCs that could help at this moment. */
export const RenderEstimate = z.strictObject({
  /** Wall time; absent when fewer PCs could do it now than check each tile. Four outcomes in five lie in the range. */
  likely_ms: DurationMs.exactOptional(),
  low_ms: DurationMs.exactOptional(),
  high_ms: DurationMs.exactOptional(),
  /** PCs that could help, this one included, and cores that they share. */
  peers: Count,
  cores: z.number().min(0),
  /** Core time in all, checks included. */
  core_ms: DurationMs,
  /** Present while this PC's own speed is still being measured: then it is not counted. */
  is_measuring: z.literal(true).exactOptional(),
  /** Percent of this PC's cores that other programs keep busy; absent where it cannot be read. */
  busy_percent: z.number().min(0).max(100).exactOptional(),
  /** Memory that one unit needs, as it was asked about. */
  unit_ram_gb: UnitRamGb.exactOptional(),
  /** PCs that share now and lend less than that, so that they cannot help; the largest first. Absent where there are none. */
  smaller: z.array(SmallerPeer).max(SMALLER_PEERS_MAX).exactOptional(),
  /** Present where everybody who might help is known to lend less, this PC too: then it is refused when it is submitted. */
  fits_nowhere: z.literal(true).exactOptional(),
})
export type RenderEstimate = z.infer<typeof RenderEstimate>

/** The picture that a render job makes. */
export const RenderFacts = z.strictObject({
  kind: z.literal('render'),
  width: Count,
  height: Count,
  spp: Count,
  tile: Count,
  samples_per_unit: Count,
  /** Of an animation: the frame, and the frames a second. */
  frame: Count.exactOptional(),
  fps: z.number().positive().exactOptional(),
  /** Metered when it was submitted, the same for all frames; absent for jobs of earlier versions. */
  exposure_stops: ExposureStops.exactOptional(),
  lit_by: LitBy.exactOptional(),
  /** How much noise is taken out of the finished picture; absent where none is, as in jobs of earlier versions. */
  denoise: DenoiseStrength.exactOptional(),
})
export type RenderFacts = z.infer<typeof RenderFacts>

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

/** A part of a picture that a PC renders at this moment, in pixels of the preview. */
export const TileAtWork = z.strictObject({
  unit_index: UnitIndex,
  x: Count,
  y: Count,
  width: Count,
  height: Count,
  by: PeerId,
})
export type TileAtWork = z.infer<typeof TileAtWork>

/** Tiles of a picture in progress. */
export const PictureNews = z.strictObject({
  /** Pixels of the whole preview. */
  width: Count,
  height: Count,
  tiles: z.array(TilePreview),
  /** Who renders where, in all; absent where it is as it was last told. */
  at_work: z.array(TileAtWork).max(TILES_AT_WORK_MAX).exactOptional(),
  /**
   * The whole picture as a quick preview with the exposure of the tiles, a JPEG in base64 that may be smaller than the
   * preview: it stands where there are no tiles yet. Told once, as soon as it is there.
   */
  backdrop: z.string().exactOptional(),
})
export type PictureNews = z.infer<typeof PictureNews>

/**
 * Formats of a finished picture: tone-mapped with 8 bits a channel, or linear radiance as 32-bit floats. `png` and `exr`
 * are cleaned where the job asks for it and it can be done, `rawpng` and `rawexr` are always as rendered.
 */
export const PictureFormat = z.enum(['png', 'exr', 'rawpng', 'rawexr'])
export type PictureFormat = z.infer<typeof PictureFormat>

/**
 * Whether a finished picture is cleaned. As rendered because its job does not ask for more (`off`), because it has too few
 * samples to tell noise by (`few-samples`), because it was stopped, or because it failed, with one line on why.
 */
export const Cleaning = z.discriminatedUnion('state', [
  /** `share` is the part that is done, 0 to 1. */
  z.strictObject({ state: z.literal('cleaning'), share: z.number().min(0).max(1) }),
  z.strictObject({ state: z.literal('cleaned') }),
  z.discriminatedUnion('why', [
    z.strictObject({ state: z.literal('as-rendered'), why: z.enum(['off', 'few-samples', 'stopped']) }),
    z.strictObject({ state: z.literal('as-rendered'), why: z.literal('failed'), message: z.string() }),
  ]),
])
export type Cleaning = z.infer<typeof Cleaning>

/** Calls on renders alone. Those on a job that renders nothing end with the fault `bad-input`. */
const calls = {
  /** The content of a scene and its missing parts. Faults as of a submission, except that files may be missing. */
  inspectScene: procedure.input(SceneFiles).output(SceneReport),
  /** Makes a sample scene, whose file is then among the uploads until the peer stops. */
  takeSample: procedure.input(z.strictObject({ name: z.enum(SAMPLE_NAMES) })).output(SceneFiles),
  /**
   * A small picture of a scene, computed here at once; from 8 samples a pixel on, its noise is taken out. Faults as of a
   * submission.
   */
  previewScene: procedure
    .input(
      SceneFiles.extend({
        spp: z.union([z.literal(1), z.literal(8), z.literal(32)]).default(1),
        camera: z.int().min(0).max(0xffff).exactOptional(),
        environment: Cid.exactOptional(),
        light: RenderLight.exactOptional(),
        view: RenderView.exactOptional(),
        /** The exposure that is known, for pictures in quick succession: nothing is metered then, and no time measured. */
        exposure_stops: z.number().min(-64).max(64).exactOptional(),
        frame: z.int().min(0).max(FRAME_MAX).exactOptional(),
        fps: z.number().min(1).max(240).default(24),
        /** Pixels; the preview has the shape of the picture that is to be. */
        width: z.int().min(1).max(PREVIEW_SIDE_MAX),
        height: z.int().min(1).max(PREVIEW_SIDE_MAX),
        /** The picture that is to be: its shape and exposure are shown. As the preview's own when absent. */
        picture: z
          .strictObject({
            width: z.int().min(1).max(IMAGE_SIDE_MAX),
            height: z.int().min(1).max(IMAGE_SIDE_MAX),
          })
          .exactOptional(),
      }),
    )
    .output(ScenePreview),
  /** Estimates a render; answers at once. */
  estimate: procedure
    .input(
      z.strictObject({
        width: z.int().min(1).max(IMAGE_SIDE_MAX),
        height: z.int().min(1).max(IMAGE_SIDE_MAX),
        spp: z.int().min(1).max(SAMPLES_PER_PIXEL_MAX),
        frames: z.int().min(1).max(FRAMES_MAX).default(1),
        redundancy: common.redundancy,
        denoise: DenoiseStrength.default(1),
        /** As the preview measured it; a usual scene's when absent. */
        sample_us: z.number().min(0).exactOptional(),
        /** As the preview told it; a usual scene's when absent. */
        unit_ram_gb: UnitRamGb.exactOptional(),
        /** The scene's files, which travel to others; absent before they are uploaded. */
        files: z.array(Cid).max(SCENE_FILES_MAX).exactOptional(),
      }),
    )
    .output(RenderEstimate),
  /**
   * The verified tiles so far and as they come, each sent once; who renders where; and a backdrop, which is made for
   * large previews where the job has none. Ends with the job. The preview is no larger than `side_max` either way.
   */
  watchPicture: procedure
    .input(WhichJob.extend({ side_max: z.int().min(64).max(PICTURE_SIDE_MAX) }))
    .output(eventIterator(PictureNews)),
  /**
   * The exposure of a job's PNG and of its tiles, without what its user adds to it. That of an earlier version's job is metered
   * now; 0 where it cannot be.
   */
  exposure: procedure.input(WhichJob).output(z.strictObject({ exposure_stops: ExposureStops })),
  /**
   * Cleans the picture of a job that is done, or ended with a part of it, where that was not done before, and tells how far
   * it is, to the end. With `again` also where it was stopped or failed. Fault: `bad-input` for a job under way.
   */
  watchCleaning: procedure
    .input(WhichJob.extend({ again: z.literal(true).exactOptional() }))
    .output(eventIterator(Cleaning)),
  /** Stops cleaning a job's picture, which then is as rendered. */
  stopCleaning: procedure.input(WhichJob).output(Nothing),
  /** How a job was asked for. */
  recipe: procedure.input(WhichJob).output(RenderRecipe),
  /**
   * Renders a picture once more with the same settings; of an animation, all of its frames. Fault: `blob-missing` when
   * its scene is no longer here.
   */
  again: procedure.input(WhichJob).output(SubmittedRender),
  /**
   * Goes on with a cancelled or failed job: a new one takes over its verified units and its place, and the old one is
   * removed. Faults: `bad-input` for a job under way or done, `unsupported` for an encrypted one, `blob-missing`.
   */
  continue: procedure.input(WhichJob).output(SubmittedRender),
  /** A small JPEG picture of a job that is done, or ended with a part of its picture. Fault: `bad-input` for others. */
  thumbnail: procedure.input(WhichJob).output(z.strictObject({ image: Chunk, width: Count, height: Count })),
}

/** Rendering: a picture of a scene, or of each frame of an animation. */
export const renderKind = { Request: RenderRequest, Submitted: SubmittedRender, Facts: RenderFacts, calls }
