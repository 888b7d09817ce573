import { z } from 'zod'
import type { LitBy } from '#contract'
import { FaultError } from '../../../protocol/fault.ts'
import { runFile } from '../../../ports/run-inputs.ts'
import type { JobDependencies } from '../../dependencies.ts'
import { runLocalTask } from '../../local-task.ts'
import { METER } from '../local-algorithms.ts'
import type { ImportedScene } from './kept-scenes.ts'

/** The tree over a scene of millions of triangles takes seconds. */
export const METER_LIMITS = { wallMsMax: 120_000, memoryBytesMax: 4 * 2 ** 30, outputBytesMax: 0 }
/** A user tries a few cameras, sizes and scenes before one is sent. */
const REMEMBERED_MAX = 64

/** The light that a local task has metered. */
export const MeteredInfo = z.object({ exposure_stops: z.number(), is_dark: z.boolean() })
type MeteredInfo = z.infer<typeof MeteredInfo>

/** The exposure of a picture in stops, and its light. */
export interface SceneExposure {
  readonly stops: number
  readonly lit_by: LitBy
}

/** The exposure and light of a scene by what was metered of it. */
export function exposureOf({ litBy }: ImportedScene, metered: MeteredInfo): SceneExposure {
  return { stops: metered.exposure_stops, lit_by: metered.is_dark ? 'nothing' : litBy }
}

/** Pixels of the picture that is to be. */
interface PictureSize {
  readonly width: number
  readonly height: number
}

/** Meters imported scenes; a view that was previewed is not metered again for its job. */
export interface SceneMeter {
  /**
   * The exposure of a scene for a picture of some size. Undefined where it cannot be metered here: the picture is rendered all
   * the same. Rejects when the signal is aborted.
   */
  tryMeter(
    scene: ImportedScene,
    picture: PictureSize,
    signal: AbortSignal,
  ): Promise<SceneExposure | undefined>
  /** Takes over what was metered with a preview. */
  remember(scene: ImportedScene, picture: PictureSize, metered: MeteredInfo): SceneExposure
}

/** Creates the meter. */
export function createSceneMeter({ blobs, runner, report }: JobDependencies): SceneMeter {
  /** By scene and size; the one metered longest ago first. */
  const known = new Map<string, SceneExposure>()
  let tasks = 0

  function remember(scene: ImportedScene, picture: PictureSize, metered: MeteredInfo): SceneExposure {
    const exposure = exposureOf(scene, metered)
    known.set(keyOf(scene, picture), exposure)
    const [oldest] = known.keys()
    if (known.size > REMEMBERED_MAX && oldest !== undefined) known.delete(oldest)
    return exposure
  }

  async function meter(scene: ImportedScene, picture: PictureSize, signal: AbortSignal) {
    const { width, height } = picture
    const { info } = await runLocalTask(
      runner,
      {
        id: `api:meter:${tasks++}`,
        algorithmId: METER.id,
        algorithmVersion: METER.version,
        params: { width, height },
        inputs: { scene: runFile(blobs, scene.packed, 'the scene') },
        limits: METER_LIMITS,
      },
      signal,
    )
    return remember(scene, picture, MeteredInfo.parse(info))
  }

  return {
    remember,
    async tryMeter(scene, picture, signal) {
      const before = known.get(keyOf(scene, picture))
      if (before !== undefined) return before
      try {
        return await meter(scene, picture, signal)
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof FaultError)) report(error)
        return undefined
      }
    },
  }
}

function keyOf({ packed, litBy }: ImportedScene, { width, height }: PictureSize): string {
  return `${packed} ${litBy} ${width}x${height}`
}
