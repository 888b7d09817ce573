import { basename } from 'node:path'
import type { Command } from 'commander'
import { DESCRIPTION_LENGTH_MAX, type JobStatus, type SubmittedRender } from '#contract'
import type { ApiCalls } from '../../api/transport/client.ts'
import { REDUNDANCY_MAX } from '../../protocol/limits.ts'
import {
  BOUNCES_MAX,
  IMAGE_SIDE_MAX,
  SAMPLES_PER_PIXEL_MAX,
  TILE_SIDE_MAX,
  TILE_SIDE_MIN,
} from '../../protocol/job-kinds/render-tasks.ts'
import { integerBetween, numberBetween, textBetween } from '../options/arguments.ts'
import { interruptible, leftOfJob, lostWithJob, type JobWait } from '../cancellation.ts'
import { frameFile, frameList } from '../files/frames.ts'
import {
  lateText,
  placementGiven,
  withPlacementOptions,
  type PlacementOptions,
} from '../options/placement-options.ts'
import { newCommand, print, withPeer, type CommonOptions } from '../daemon/peer-command.ts'
import { checkResultPlace, openResultFile, resultFormat, saveResult } from '../files/result-file.ts'
import { localFile, sceneFiles, type LocalFile } from '../files/scene-files.ts'
import type { Terminal } from '../output/terminal.ts'
import { uploadFiles } from '../files/upload.ts'
import { followJob, mustBeDone, statusText } from './jobs.ts'

/** Cameras that a file may be asked for. */
const CAMERA_MAX = 0xffff

const describing = textBetween(0, DESCRIPTION_LENGTH_MAX)

/** No film has more frames a second. */
const FPS_MAX = 240

interface RenderOptions extends CommonOptions, PlacementOptions {
  readonly width?: number
  readonly height?: number
  readonly spp?: number
  readonly tile?: number
  readonly bounces?: number
  readonly redundancy?: number
  readonly camera?: number
  readonly environment?: string
  readonly frames?: readonly number[]
  readonly fps?: number
  readonly priority?: number
  readonly description?: string
  readonly wait?: boolean
  readonly out?: string
}

/** The command `submit-render`. */
export function submitRenderCommand(terminal: Terminal): Command {
  const command = newCommand(
    'submit-render',
    'render a glTF scene on the mesh',
    'meshctl submit-render house.glb --width 1280 --height 720 --spp 256 --out house.png',
  )
    .argument('<file>', 'a .glb or .gltf file')
    .option('--width <pixels>', 'width of the picture (default: 640)', integerBetween(1, IMAGE_SIDE_MAX))
    .option('--height <pixels>', 'height of the picture (default: 480)', integerBetween(1, IMAGE_SIDE_MAX))
    .option('--spp <count>', 'samples per pixel (default: 64)', integerBetween(1, SAMPLES_PER_PIXEL_MAX))
    .option('--tile <pixels>', 'side of one unit (default: 64)', integerBetween(TILE_SIDE_MIN, TILE_SIDE_MAX))
    .option('--bounces <count>', 'longest light path (default: 6)', integerBetween(0, BOUNCES_MAX))
    .option(
      '--redundancy <peers>',
      'peers that render each unit (default: 2)',
      integerBetween(1, REDUNDANCY_MAX),
    )
    .option(
      '--camera <index>',
      'which of the file’s cameras, from 0 (default: the first, or one that sees all)',
      integerBetween(0, CAMERA_MAX),
    )
    .option('--environment <file>', 'a .hdr picture of distant light (default: the file’s own lights)')
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
  return withPlacementOptions(command, 'tiles go first to who has this blob').action(
    (file: string, options: RenderOptions) => submitAndFollow(terminal, file, options),
  )
}

async function submitAndFollow(terminal: Terminal, path: string, options: RenderOptions): Promise<void> {
  const format = options.out === undefined ? undefined : resultFormat(options.out)
  const files = await sceneFiles(path)
  const { environment } = options
  const light = environment === undefined ? undefined : await localFile(environment, basename(environment))
  const isSeries = (options.frames?.length ?? 1) > 1
  if (isSeries) for (const place of seriesPlaces(options)) await checkResultPlace(place)
  const draft = options.out === undefined || isSeries ? undefined : await openResultFile(options.out)
  const wait: JobWait = {}
  const follow = (signal: AbortSignal): Promise<void> => {
    const use = async (calls: ApiCalls): Promise<void> => {
      const submitted = await submit(terminal, calls, files, light, options, wait)
      wait.job_id = submitted.job_id
      for (const { message } of submitted.warnings) terminal.err(`warning: ${message}\n`)
      const { deadline_at_risk: risk } = submitted
      if (risk !== undefined && options.deadline !== undefined) {
        terminal.err(`warning: ${lateText(risk, options.deadline)}\n`)
      }
      if (options.wait !== true && options.out === undefined) {
        const { job_id, job_ids, units, triangles } = submitted
        const jobs = job_ids.length === 1 ? '' : ` and ${job_ids.length - 1} more jobs`
        print(
          terminal,
          options,
          submitted,
          () => `${job_id}${jobs}: ${units} units, ${triangles} triangles\n`,
        )
        return
      }
      if (isSeries) {
        await followSeries(terminal, calls, submitted, options, wait)
        return
      }
      const status = await followJob(terminal, calls, submitted.job_id)
      mustBeDone(status)
      if (draft === undefined || format === undefined) {
        print(terminal, options, status, () => statusText(status))
        return
      }
      const result = await saveResult(calls, submitted.job_id, format, draft)
      const value = { ...status, result: { ...result, file: options.out } }
      print(terminal, options, value, () => `${statusText(status)}\n${options.out ?? ''}\n`)
    }
    return withPeer(options, use, signal, () => lostWithJob(wait))
  }
  try {
    await interruptible(() => leftOfJob(wait), follow)
  } finally {
    await draft?.discard()
  }
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
    await saveResult(calls, job_id, resultFormat(path), draft).finally(() => draft.discard())
    saved.push(path)
  }
  const lines = saved.length > 0 ? saved : job_ids.map((id) => `${id} is done`)
  print(terminal, options, { jobs: statuses, files: saved }, () => `${lines.join('\n')}\n`)
}

async function submit(
  terminal: Terminal,
  calls: ApiCalls,
  files: readonly LocalFile[],
  light: LocalFile | undefined,
  options: RenderOptions,
  wait: JobWait,
): Promise<SubmittedRender> {
  const { width, height, spp, tile, bounces, redundancy, camera, description } = options
  const { frames, fps, priority } = options
  const all = [...files, ...(light === undefined ? [] : [light])]
  const cids = await uploadFiles(terminal, calls, all)
  wait.isSubmitting = true
  const uploaded = files.map(({ name }, index) => ({ name, cid: cids[index] ?? '' }))
  return calls.jobs.submit({
    kind: 'render',
    files: uploaded,
    main: files[0]?.name ?? '',
    ...given({ width, height, spp, tile, bounces, redundancy, camera, description }),
    ...given({ fps, priority }),
    ...placementGiven(options),
    ...(frames === undefined ? {} : { frames: [...frames] }),
    ...(light === undefined ? {} : { environment: cids[files.length] ?? '' }),
  })
}

/** The options that were given; the contract has the defaults of the others. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
