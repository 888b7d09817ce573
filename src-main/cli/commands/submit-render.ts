import { basename } from 'node:path'
import type { Command } from 'commander'
import type { SubmittedRender } from '#contract'
import type { ApiCalls } from '../../api/client.ts'
import { REDUNDANCY_MAX } from '../../protocol/limits.ts'
import {
  BOUNCES_MAX,
  IMAGE_SIDE_MAX,
  SAMPLES_PER_PIXEL_MAX,
  TILE_SIDE_MAX,
  TILE_SIDE_MIN,
} from '../../protocol/render-job.ts'
import { integerBetween } from '../arguments.ts'
import { newCommand, print, withPeer, type CommonOptions } from '../peer-command.ts'
import { openResultFile, resultFormat, saveResult } from '../result-file.ts'
import { localFile, sceneFiles, type LocalFile } from '../scene-files.ts'
import type { Terminal } from '../terminal.ts'
import { uploadFiles } from '../upload.ts'
import { followJob, mustBeDone, statusText } from './jobs.ts'

/** Cameras that a file may be asked for. */
const CAMERA_MAX = 0xffff

interface RenderOptions extends CommonOptions {
  readonly width?: number
  readonly height?: number
  readonly spp?: number
  readonly tile?: number
  readonly bounces?: number
  readonly redundancy?: number
  readonly camera?: number
  readonly environment?: string
  readonly description?: string
  readonly wait?: boolean
  readonly out?: string
}

/** The command `submit-render`. */
export function submitRenderCommand(terminal: Terminal): Command {
  return newCommand(
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
    .option('--camera <index>', 'which of the file’s cameras', integerBetween(0, CAMERA_MAX))
    .option('--environment <file>', 'a .hdr picture of distant light')
    .option('--description <text>', 'a name for the job (default: the file’s)')
    .option('--wait', 'stay until the picture is done')
    .option('--out <file>', 'wait, then save the picture as .png or .exr')
    .action((file: string, options: RenderOptions) => submitAndFollow(terminal, file, options))
}

async function submitAndFollow(terminal: Terminal, path: string, options: RenderOptions): Promise<void> {
  const format = options.out === undefined ? undefined : resultFormat(options.out)
  const files = await sceneFiles(path)
  const { environment } = options
  const light = environment === undefined ? undefined : await localFile(environment, basename(environment))
  const draft = options.out === undefined ? undefined : await openResultFile(options.out)
  try {
    await withPeer(options, async (calls) => {
      const submitted = await submit(terminal, calls, files, light, options)
      for (const { message } of submitted.warnings) terminal.err(`warning: ${message}\n`)
      if (options.wait !== true && draft === undefined) {
        const { job_id, units, triangles } = submitted
        print(terminal, options, submitted, () => `${job_id}: ${units} units, ${triangles} triangles\n`)
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
    })
  } finally {
    await draft?.discard()
  }
}

async function submit(
  terminal: Terminal,
  calls: ApiCalls,
  files: readonly LocalFile[],
  light: LocalFile | undefined,
  options: RenderOptions,
): Promise<SubmittedRender> {
  const { width, height, spp, tile, bounces, redundancy, camera, description } = options
  const all = [...files, ...(light === undefined ? [] : [light])]
  const cids = await uploadFiles(terminal, calls, all)
  const uploaded = files.map(({ name }, index) => ({ name, cid: cids[index] ?? '' }))
  return calls.jobs.submitRender({
    files: uploaded,
    main: files[0]?.name ?? '',
    ...given({ width, height, spp, tile, bounces, redundancy, camera, description }),
    ...(light === undefined ? {} : { environment: cids[files.length] ?? '' }),
  })
}

/** The options that were given; the contract has the defaults of the others. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
