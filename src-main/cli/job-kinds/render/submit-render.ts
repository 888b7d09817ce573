import { basename } from 'node:path'
import { Option, type Command } from 'commander'
import {
  DESCRIPTION_LENGTH_MAX,
  SAMPLE_NAMES,
  SAMPLE_RENDER,
  submittedAs,
  type JobStatus,
  type SampleName,
  type SceneFiles,
  type SubmittedRender,
} from '#contract'
import type { ApiCalls } from '../../../api/transport/client.ts'
import { refuse } from '../../../protocol/fault.ts'
import {
  BOUNCES_MAX,
  IMAGE_SIDE_MAX,
  SAMPLES_PER_PIXEL_MAX,
  TILE_SIDE_MAX,
  TILE_SIDE_MIN,
} from '../../../protocol/job-kinds/render-tasks.ts'
import { REDUNDANCY_MAX } from '../../../protocol/limits.ts'
import type { JobWait } from '../../cancellation.ts'
import { newCommand, print } from '../../daemon/peer-command.ts'
import { localFile, type LocalFile } from '../../files/local-file.ts'
import { checkResultPlace, openResultFile, saveResult } from '../../files/result-file.ts'
import { uploadFiles } from '../../files/upload.ts'
import { followJob, mustBeDone } from '../../follow-job.ts'
import { integerBetween, numberBetween, textBetween } from '../../options/arguments.ts'
import {
  placementGiven,
  withPlacementOptions,
  type PlacementOptions,
} from '../../options/placement-options.ts'
import type { Terminal } from '../../output/terminal.ts'
import { submitAndFollow, type RequestFor, type SubmissionOptions } from '../submission.ts'
import { followCleaning } from './follow-cleaning.ts'
import { frameFile, frameList } from './frames.ts'
import { lightGiven, withLightOptions, type LightOptions } from './light-options.ts'
import { cameraNumber } from './named-camera.ts'
import { pictureFormat } from './picture-format.ts'
import { sceneFiles } from './scene-files.ts'
import { viewGiven, withViewOptions, type ViewOptions } from './view-options.ts'

/** A longer name than a peer tells of any camera. */
const CAMERA_NAME_LENGTH_MAX = 500

const describing = textBetween(0, DESCRIPTION_LENGTH_MAX)

/** No film has more frames a second. */
const FPS_MAX = 240

interface RenderOptions extends SubmissionOptions, PlacementOptions, LightOptions, ViewOptions {
  readonly width?: number
  readonly height?: number
  readonly spp?: number
  readonly tile?: number
  readonly bounces?: number
  /** False for none. */
  readonly denoise?: number | false
  readonly redundancy?: number
  readonly camera?: string
  readonly sample?: SampleName
  readonly frames?: readonly number[]
  readonly fps?: number
  readonly priority?: number
  readonly description?: string
}

/** The command `submit-render`. */
export function submitRenderCommand(terminal: Terminal): Command {
  const command = newCommand(
    'submit-render',
    'render a glTF scene on the mesh',
    'meshctl submit-render house.glb --camera Garden --width 1280 --height 720 --spp 256 --out house.png',
  )
    .argument('[file]', 'a .glb or .gltf file')
    .addOption(
      new Option(
        '--sample <name>',
        'a scene that comes with Meshwork, in place of a file; a draft of 32 samples that nobody checks',
      ).choices(SAMPLE_NAMES),
    )
    .option('--width <pixels>', 'width of the picture (default: 640)', integerBetween(1, IMAGE_SIDE_MAX))
    .option('--height <pixels>', 'height of the picture (default: 480)', integerBetween(1, IMAGE_SIDE_MAX))
    .option('--spp <count>', 'samples per pixel (default: 64)', integerBetween(1, SAMPLES_PER_PIXEL_MAX))
    .option('--tile <pixels>', 'side of one unit (default: 64)', integerBetween(TILE_SIDE_MIN, TILE_SIDE_MAX))
    .option('--bounces <count>', 'longest light path (default: 6)', integerBetween(0, BOUNCES_MAX))
    .option(
      '--denoise <strength>',
      'how much noise is taken out of the finished picture, from 0 to 1 (default: 1)',
      numberBetween(0, 1),
    )
    .option('--no-denoise', 'leave the picture as rendered')
    .option(
      '--redundancy <peers>',
      'peers that render each unit (default: 2)',
      integerBetween(1, REDUNDANCY_MAX),
    )
    .option(
      '--camera <name>',
      'one of the file’s cameras by its name, or by its number from 0 (default: the first, or one that sees all)',
      textBetween(1, CAMERA_NAME_LENGTH_MAX),
    )
    .option(
      '--frames <list>',
      'frames of the file’s animation, a job each: 3,5-10 (default: one still)',
      frameList,
    )
    .option('--fps <count>', 'frames per second (default: 24)', numberBetween(1, FPS_MAX))
    .option(
      '--priority <fraction>',
      'from 0 to 1, which of your jobs goes first (default: 0.5)',
      numberBetween(0, 1),
    )
    .option(
      '--description <text>',
      'a name for the job, up to 500 characters (default: the file’s)',
      describing,
    )
    .option('--wait', 'stay until the picture is done')
    .option(
      '--out <file>',
      'wait, then save the picture as .png or .exr; a number is added for each of several frames',
    )
  withViewOptions(command)
  withLightOptions(command)
  return withPlacementOptions(command, 'tiles go first to who has this blob').action(
    (file: string | undefined, options: RenderOptions) => submitRender(terminal, file, options),
  )
}

async function submitRender(
  terminal: Terminal,
  path: string | undefined,
  options: RenderOptions,
): Promise<void> {
  const format = options.out === undefined ? undefined : pictureFormat(options.out)
  const { environment, sample } = options
  const light = lightGiven(options)
  const view = viewGiven(options, options.camera !== undefined)
  const files = await ownFiles(path, sample)
  const picture = environment === undefined ? undefined : await localFile(environment, basename(environment))
  const isSeries = (options.frames?.length ?? 1) > 1
  if (isSeries) for (const place of seriesPlaces(options)) await checkResultPlace(place)
  await submitAndFollow<SubmittedRender>(terminal, options, {
    ...(format === undefined ? {} : { format }),
    followResult: followCleaning,
    async submit(calls, wait) {
      const all = [...files, ...(picture === undefined ? [] : [picture])]
      const cids = await uploadFiles(terminal, calls, all)
      const scene =
        sample === undefined ? uploaded(files, cids) : await calls.render.takeSample({ name: sample })
      const camera =
        options.camera === undefined
          ? undefined
          : cameraNumber(options.camera, (await calls.render.inspectScene(scene)).cameras)
      const parts = { ...scene, ...given({ camera, view, environment: cids[files.length], light }) }
      wait.isSubmitting = true
      return submittedAs('render', await calls.jobs.submit(requestOf(parts, options)))
    },
    acceptedText({ job_id, job_ids, units, triangles }) {
      const jobs = job_ids.length === 1 ? '' : ` and ${job_ids.length - 1} more jobs`
      return `${job_id}${jobs}: ${units} units, ${triangles ?? 0} triangles`
    },
    warnings: (submitted) => [
      ...memoryWarning(submitted),
      ...submitted.warnings.map(({ message }) => message),
    ],
    ...(isSeries
      ? { followAll: (calls, submitted, wait) => followSeries(terminal, calls, submitted, options, wait) }
      : {}),
  })
}

/** Who cannot help, since they lend a unit too little memory. */
function memoryWarning({ unit_ram_gb = 0, smaller = [] }: SubmittedRender): string[] {
  if (smaller.length === 0) return []
  const who = smaller.map(({ name, is_self, ram_gb }) => `${is_self ? 'this PC' : name} ${inGb(ram_gb)}`)
  return [
    `each unit needs ${inGb(unit_ram_gb)} of memory, and these lend too little to help: ${who.join(', ')}`,
  ]
}

function inGb(gb: number): string {
  return `${Number(gb.toFixed(2))} GB`
}

/** Where the frames of a series go. */
function seriesPlaces({ out, frames = [] }: RenderOptions): string[] {
  return out === undefined ? [] : frames.map((frame) => frameFile(out, frame))
}

/** Waits for frame after frame, and saves each as it is done. */
async function followSeries(
  terminal: Terminal,
  calls: ApiCalls,
  { job_ids }: SubmittedRender,
  options: RenderOptions,
  wait: JobWait,
): Promise<void> {
  const saved: string[] = []
  const statuses: JobStatus[] = []
  for (const [position, job_id] of job_ids.entries()) {
    wait.job_id = job_id
    const status = await followJob(terminal, calls, job_id)
    mustBeDone(status)
    statuses.push(status)
    if (options.out === undefined) continue
    const path = frameFile(options.out, options.frames?.[position] ?? position)
    const draft = await openResultFile(path)
    await followCleaning(terminal, calls, job_id)
    await saveResult(calls, job_id, pictureFormat(path), draft).finally(() => draft.discard())
    saved.push(path)
  }
  const lines = saved.length > 0 ? saved : job_ids.map((id) => `${id} is done`)
  print(terminal, options, { jobs: statuses, files: saved }, () => `${lines.join('\n')}\n`)
}

/** The files of the scene that a user has, which is none where they ask for a sample. @throws FaultError `bad-input` */
async function ownFiles(
  path: string | undefined,
  sample: SampleName | undefined,
): Promise<readonly LocalFile[]> {
  if (path === undefined) {
    return sample === undefined ? refuse('bad-input', 'give a .glb or .gltf file, or try --sample bunny') : []
  }
  if (sample !== undefined) refuse('bad-input', 'give a file or --sample, not both')
  return sceneFiles(path)
}

/** Files as their peer has them. @param cids of the files, in their order, and maybe of others */
function uploaded(files: readonly LocalFile[], cids: readonly string[]): SceneFiles {
  return {
    files: files.map(({ name }, index) => ({
      name,
      cid: (cids[index] ?? '') as SceneFiles['files'][number]['cid'],
    })),
    main: files[0]?.name ?? '',
  }
}

function requestOf(
  scene: SceneFiles & Pick<RequestFor<'render'>, 'camera' | 'view' | 'environment' | 'light'>,
  options: RenderOptions,
): RequestFor<'render'> {
  const { width, height, spp, tile, bounces, redundancy, description } = options
  const { frames, fps, priority, sample, denoise } = options
  return {
    kind: 'render',
    ...scene,
    ...(sample === undefined ? {} : SAMPLE_RENDER),
    ...given({ width, height, spp, tile, bounces, redundancy, description }),
    ...given({ fps, priority, denoise: denoise === false ? 0 : denoise }),
    ...placementGiven(options),
    ...(frames === undefined ? {} : { frames: [...frames] }),
  }
}

/** The options that were given; the contract has the defaults of the others. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
