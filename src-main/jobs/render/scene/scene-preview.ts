import { z } from 'zod'
import { SceneReport, type SceneFiles, type ScenePreview } from '#contract'
import { renderRules } from '../../../protocol/job-kinds/render.ts'
import { RenderParams } from '../../../protocol/job-kinds/render-tasks.ts'
import { RenderView } from '../../../protocol/job-kinds/render-view.ts'
import { outputBytes, runLocalTask } from '../../local-task.ts'
import { runFile } from '../../../ports/run-inputs.ts'
import type { JobDependencies } from '../../dependencies.ts'
import { INSPECT, SCENE_PREVIEW } from '../local-algorithms.ts'
import { exposureOf, MeteredInfo, type SceneMeter } from './scene-meter.ts'
import type { TakenPreviews } from './taken-previews.ts'
import { sceneInputs, type SceneImports, type SceneView } from './scene-import.ts'

/** Only the description of a scene is read: a second for the largest. */
const INSPECT_LIMITS = { wallMsMax: 60_000, memoryBytesMax: 2 * 2 ** 30, outputBytesMax: 0 }
/** The tree over a scene of millions of triangles takes seconds. */
const PREVIEW_LIMITS = { wallMsMax: 120_000, memoryBytesMax: 4 * 2 ** 30, outputBytesMax: 8 << 20 }

const PreviewInfo = MeteredInfo.extend({ sample_us: z.number().min(0), view: RenderView })

/** A preview that is asked for. */
interface PreviewView extends SceneView {
  /** The exposure that is known, for pictures in quick succession. */
  readonly exposure_stops?: number | undefined
  /** Samples a pixel. */
  readonly spp: 1 | 8 | 32
  /** The picture that is to be; as the preview's own size when absent. */
  readonly picture?: { readonly width: number; readonly height: number } | undefined
}

/** Inspects scenes and previews pictures before a job is submitted. */
export interface SceneLooks {
  /** Reports the contents of a scene. @throws FaultError `bad-input`, `blob-missing` */
  inspect(files: SceneFiles, signal: AbortSignal): Promise<SceneReport>
  /** A small picture of it, exposed as the whole picture will be. @throws FaultError as `inspect`, also for missing files */
  preview(view: PreviewView, signal: AbortSignal): Promise<ScenePreview>
}

/** Creates the looks at scenes; what they import is there when the picture is sent. */
export function createSceneLooks(
  dependencies: JobDependencies,
  imports: SceneImports,
  meter: SceneMeter,
  taken: TakenPreviews,
): SceneLooks {
  const { blobs, runner, clock } = dependencies
  let tasks = 0
  return {
    async inspect(files, signal) {
      const owner = `api:inspect:${tasks++}`
      try {
        const { info } = await runLocalTask(
          runner,
          {
            id: owner,
            algorithmId: INSPECT.id,
            algorithmVersion: INSPECT.version,
            params: {},
            inputs: sceneInputs(blobs, files, owner),
            limits: INSPECT_LIMITS,
          },
          signal,
        )
        return SceneReport.parse(info)
      } finally {
        blobs.unpin(owner)
      }
    },
    async preview({ width, height, picture = { width, height }, spp, exposure_stops, view, ...of }, signal) {
      const startMs = clock.nowMs()
      const owner = `api:preview:${tasks++}`
      try {
        const scene = await imports.take({ ...of, ...picture }, owner, signal)
        const params = RenderParams.parse({})
        const { bounces } = params
        const { ram_gb } = renderRules.resources(params, { sceneMemoryBytes: scene.memoryBytes })
        const result = await runLocalTask(
          runner,
          {
            id: owner,
            algorithmId: SCENE_PREVIEW.id,
            algorithmVersion: SCENE_PREVIEW.version,
            params: {
              ...{ width, height, spp, bounces, picture },
              ...(view === undefined ? {} : { view }),
              ...(exposure_stops === undefined ? {} : { exposure_stops, quick: true }),
            },
            inputs: { scene: runFile(blobs, scene.packed, 'the scene') },
            limits: PREVIEW_LIMITS,
          },
          signal,
        )
        const { sample_us, view: shown, ...metered } = PreviewInfo.parse(result.info)
        // One of another view, or made in haste, tells nothing of the scene's own picture.
        const isOfScene = view === undefined && exposure_stops === undefined
        const { stops, lit_by } = isOfScene
          ? meter.remember(scene, picture, metered)
          : exposureOf(scene, metered)
        const jpeg = Uint8Array.from(await outputBytes(blobs, result.output))
        if (isOfScene) taken.add(scene, picture, jpeg)
        const image = new Blob([jpeg], { type: 'image/jpeg' })
        return {
          ...{ image, width, height, sample_us, lit_by, view: shown },
          exposure_stops: stops,
          unit_ram_gb: ram_gb,
          took_ms: Math.max(0, clock.nowMs() - startMs),
        }
      } finally {
        blobs.unpin(owner)
      }
    },
  }
}
