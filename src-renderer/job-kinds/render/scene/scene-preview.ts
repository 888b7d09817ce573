import { useEffect } from 'react'
import { type LitBy, PREVIEW_SIDE_MAX } from '#contract'
import { useLatestAnswer } from '../../../connection/latest-answer.ts'
import type { HandedScene } from './handed-scene.ts'
import type { RenderOrder } from '../form/render-form.ts'

/** A look at the scene as it would be rendered. */
export interface ScenePreviewPicture {
  /** The last picture there was; the address of a JPEG. */
  readonly url: string | undefined
  readonly tookMs: number | undefined
  /** Core time of one sample of a pixel, in microseconds. */
  readonly sampleUs: number | undefined
  /** Memory that one unit of a render of it needs, in GB. */
  readonly unitRamGb: number | undefined
  /** The exposure in stops that it has, and that the picture will have. */
  readonly exposureStops: number | undefined
  readonly litBy: LitBy | undefined
  readonly isWorking: boolean
  readonly message: string | undefined
  /** Whether the scene is refused, so that a picture of it would be too. */
  readonly isRefused: boolean
  readonly retry: () => void
}

/** Typing a number does not render a preview at every digit. */
const SETTLE_MS = 350

/** Has the node make a preview whenever what it would show has changed. */
export function useScenePreview(
  scene: HandedScene | undefined,
  order: RenderOrder | undefined,
): ScenePreviewPicture {
  const look = order && lookOf(order)
  const { value, isWorking, message, isRefused, retry } = useLatestAnswer(
    scene && look && JSON.stringify([seenOf(scene), look]),
    async (calls, signal) => {
      const preview = await calls.render.previewScene(
        { ...(scene ? seenOf(scene) : { files: [], main: '' }), ...(look ?? NO_LOOK) },
        { signal },
      )
      return {
        url: URL.createObjectURL(preview.image),
        tookMs: preview.took_ms,
        sampleUs: preview.sample_us,
        unitRamGb: preview.unit_ram_gb,
        exposureStops: preview.exposure_stops,
        litBy: preview.lit_by,
      }
    },
    SETTLE_MS,
  )
  const url = value?.url
  useEffect(() => (url === undefined ? undefined : () => URL.revokeObjectURL(url)), [url])
  return {
    url,
    tookMs: value?.tookMs,
    sampleUs: value?.sampleUs,
    unitRamGb: value?.unitRamGb,
    exposureStops: value?.exposureStops,
    litBy: value?.litBy,
    ...{ isWorking, message, isRefused, retry },
  }
}

/** The parts of a scene that a preview shows. */
function seenOf({ files, main, environment }: HandedScene): Omit<HandedScene, 'bounces' | 'clamp'> {
  return { files, main, ...(environment === undefined ? {} : { environment }) }
}

const NO_LOOK = { width: 1, height: 1, picture: { width: 1, height: 1 } }

/** The fields of an order that change the preview; the first frame stands for all. */
function lookOf({ width, height, camera, light, frames, fps }: RenderOrder) {
  const scale = Math.min(1, PREVIEW_SIDE_MAX / Math.max(width, height))
  const frame = frames?.[0]
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
    picture: { width, height },
    ...(camera === undefined ? {} : { camera }),
    ...(light === undefined ? {} : { light }),
    ...(frame === undefined ? {} : { frame, fps }),
  }
}
