import { useEffect, useState } from 'react'
import { type LitBy, PREVIEW_SIDE_MAX, type RenderView, type ScenePreview } from '#contract'
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
  /** The eye that it is seen by. */
  readonly view: RenderView | undefined
  /** Whether there is no picture of it yet as it is now. */
  readonly isWorking: boolean
  /** Whether the picture is of something else, and nobody is moving the view. */
  readonly isStale: boolean
  /** Samples a pixel of the picture; 0 while it is of another view. */
  readonly samples: number
  /** Whether a better one is being made. */
  readonly isRefining: boolean
  readonly message: string | undefined
  /** Whether the scene is refused, so that a picture of it would be too. */
  readonly isRefused: boolean
  readonly retry: () => void
}

/** Typing a number does not render a preview at every digit. */
const SETTLE_MS = 350
/** Samples a pixel of one picture after the other: noise at once, then cleaned, then better. */
const STEPS = [1, 8, 32] as const
type PreviewSamples = (typeof STEPS)[number]
/** The longer side of a picture that is made while the view moves. */
const MOVING_SIDE = 240
/** A scene that takes longer than this to get better stays as it is: core time, in seconds. */
const STEP_SECONDS_MAX = 30

/**
 * Has the node make a preview whenever what it would show has changed, and better ones while it stays as it is; small ones at once
 * while the view moves.
 */
export function useScenePreview(
  scene: HandedScene | undefined,
  order: RenderOrder | undefined,
  isMoving: boolean,
): ScenePreviewPicture {
  const asked = scene && order && { ...seenOf(scene), ...lookOf(order, isMoving) }
  const { answer, samples, facts } = useBestPicture(asked, isMoving)
  const { value, isWorking, message, isRefused, retry } = answer
  const isThere = samples > 0
  const url = value?.url
  useEffect(() => (url === undefined ? undefined : () => URL.revokeObjectURL(url)), [url])
  return {
    ...facts,
    ...{ url, samples, retry },
    isWorking: isWorking && !isThere,
    isStale: isWorking && !isThere && !isMoving,
    isRefining: isWorking && isThere,
    // A picture that could not be made better is a picture all the same.
    message: isThere ? undefined : message,
    isRefused: isRefused && !isThere,
  }
}

/** The best picture of a view so far, and the samples a pixel of it; 0 while it is still of another view. */
function useBestPicture(asked: AskedView | undefined, isMoving: boolean) {
  const [shown, setShown] = useState<ShownPicture>()
  const { view, samples, spp, quick, delayMs } = nextPicture(asked, shown, isMoving)
  const answer = useLatestAnswer(
    view === '' ? undefined : JSON.stringify([view, spp]),
    async (calls, signal): Promise<PreviewPicture> => {
      const preview = await calls.render.previewScene({ ...(asked ?? NO_VIEW), ...quick, spp }, { signal })
      const url = URL.createObjectURL(preview.image)
      return { view, spp, url, isQuick: isMoving, facts: factsOf(preview) }
    },
    delayMs,
  )
  const { value } = answer
  // An estimate rests on the facts: later pictures of a view, which tell nearly the same, do not move it, nor quick ones.
  if (value !== undefined && value !== shown?.picture) {
    const keepsFacts = shown !== undefined && (value.view === shown.picture.view || value.isQuick)
    setShown({ picture: value, facts: keepsFacts ? shown.facts : value.facts })
  }
  return { answer, samples, facts: shown?.facts ?? NOTHING_KNOWN }
}

/** The picture to ask for next: of which view, how good, and when; a view that moves has its exposure already. */
function nextPicture(asked: AskedView | undefined, shown: ShownPicture | undefined, isMoving: boolean) {
  const view = asked === undefined ? '' : JSON.stringify(asked)
  const samples = shown?.picture.view === view ? shown.picture.spp : 0
  const { exposureStops, sampleUs } = shown?.facts ?? NOTHING_KNOWN
  if (isMoving) {
    const quick = exposureStops === undefined ? {} : { exposure_stops: exposureStops }
    return { view, samples, spp: 1, quick, delayMs: 0 } as const
  }
  const spp = nextStep(samples, asked, sampleUs)
  return { view, samples, spp, quick: {}, delayMs: spp === 1 ? SETTLE_MS : 0 } as const
}

/** A view of a scene, as the node is asked for it. */
type AskedView = ReturnType<typeof seenOf> & ReturnType<typeof lookOf>

/** The samples of the picture to ask for after the best one there is; the same once more where it is not made better. */
function nextStep(
  best: number,
  size: { readonly width: number; readonly height: number } | undefined,
  sampleUs: number | undefined,
): PreviewSamples {
  const next = STEPS.find((spp) => spp > best)
  const pixels = size === undefined ? 0 : size.width * size.height
  const seconds = (pixels * (next ?? 0) * (sampleUs ?? 0)) / 1e6
  if (next !== undefined && (best === 0 || seconds <= STEP_SECONDS_MAX)) return next
  return STEPS.findLast((spp) => spp <= best) ?? 1
}

/** The facts that come with a picture. */
type PreviewFacts = Pick<
  ScenePreviewPicture,
  'tookMs' | 'sampleUs' | 'unitRamGb' | 'exposureStops' | 'litBy' | 'view'
>

/** A picture of a view, and its samples a pixel. */
interface PreviewPicture {
  readonly view: string
  readonly spp: PreviewSamples
  readonly url: string
  /** Made while the view moves. */
  readonly isQuick: boolean
  readonly facts: PreviewFacts
}

/** The picture that is shown, and the facts that the first one of its view told. */
interface ShownPicture {
  readonly picture: PreviewPicture
  readonly facts: PreviewFacts
}

function factsOf(preview: ScenePreview): PreviewFacts {
  return {
    tookMs: preview.took_ms,
    sampleUs: preview.sample_us,
    unitRamGb: preview.unit_ram_gb,
    exposureStops: preview.exposure_stops,
    litBy: preview.lit_by,
    view: preview.view,
  }
}

const NOTHING_KNOWN: PreviewFacts = {
  tookMs: undefined,
  sampleUs: undefined,
  unitRamGb: undefined,
  exposureStops: undefined,
  litBy: undefined,
  view: undefined,
}

/** The parts of a scene that a preview shows. */
function seenOf({ files, main, environment }: HandedScene): Omit<HandedScene, 'bounces' | 'clamp'> {
  return { files, main, ...(environment === undefined ? {} : { environment }) }
}

const NO_VIEW = { files: [], main: '', width: 1, height: 1, picture: { width: 1, height: 1 } }

/** The fields of an order that change the preview; the first frame stands for all. */
function lookOf({ width, height, camera, view, light, frames, fps }: RenderOrder, isMoving: boolean) {
  const side = isMoving ? MOVING_SIDE : PREVIEW_SIDE_MAX
  const scale = Math.min(1, side / Math.max(width, height))
  const frame = frames?.[0]
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
    picture: { width, height },
    ...(camera === undefined ? {} : { camera }),
    ...(view === undefined ? {} : { view }),
    ...(light === undefined ? {} : { light }),
    ...(frame === undefined ? {} : { frame, fps }),
  }
}
