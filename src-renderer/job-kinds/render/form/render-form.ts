import { PRIORITIES, type PriorityName } from '../../../state/priority.ts'
import type { RenderLight, RenderView } from '#contract'
import { type FramesProblem, parseFrames } from './frames-text.ts'
import { FIRST_LIGHT, type LightForm, lightFrom, lightOf } from './light-form.ts'

/** Sizes that people ask for by name, in pixels. */
export const SIZE_PRESETS = [
  { name: 'hd', width: 1_280, height: 720 },
  { name: 'full-hd', width: 1_920, height: 1_080 },
  { name: '4k', width: 3_840, height: 2_160 },
  { name: 'square', width: 1_080, height: 1_080 },
] as const

/** Samples per pixel by the quality's name: each step halves the grain. */
export const QUALITY_SPP = { draft: 32, good: 128, fine: 512 } as const

/** How often a pixel is sampled, by name or by number. */
export type Quality = keyof typeof QUALITY_SPP | 'custom'

/** People that check each tile: one computes without a check. */
export const CHECKS = [1, 2, 3] as const

/** Parts of the noise that can be taken out, in percent. */
export const CLEAN_PERCENTS = [25, 50, 75, 100] as const

/** The longest side of a picture and the most samples of a pixel that the renderer takes. */
const SIDE_MAX = 8_192
const SPP_MAX = 65_536
const FPS_MAX = 240
/** A picture larger than this is cut into larger tiles, so that units stay worth their messages. */
const SMALL_TILE_PIXELS_MAX = 1_920 * 1_200
const TILE_SMALL = 64
const TILE_LARGE = 128

/** The contents of the form of a new render; a number that is being typed may be undefined. */
export interface RenderForm {
  readonly width: number | undefined
  readonly height: number | undefined
  /** Index among the scene's cameras; the scene's own choice when undefined. */
  readonly camera: number | undefined
  /** A view of the user's own, in place of a camera. */
  readonly view: RenderView | undefined
  readonly light: LightForm
  readonly quality: Quality
  /** Counts with quality `custom`. */
  readonly spp: number | undefined
  /** Whether the finished picture is cleaned of noise, and by which percentage of it. */
  readonly cleans: boolean
  readonly cleanPercent: number
  /** Empty for a still. */
  readonly frames: string
  readonly fps: number | undefined
  readonly checks: number
  readonly priority: PriorityName
  readonly deadlineMs: number | undefined
  /** Whether only its providers can read scene and picture. */
  readonly encrypt: boolean
}

/** The form of a user who has not rendered here before. */
export const FIRST_FORM: RenderForm = {
  width: 1_920,
  height: 1_080,
  camera: undefined,
  view: undefined,
  light: FIRST_LIGHT,
  quality: 'good',
  spp: 256,
  cleans: true,
  cleanPercent: 100,
  frames: '',
  fps: 24,
  checks: 2,
  priority: 'normal',
  deadlineMs: undefined,
  encrypt: false,
}

/** A problem of a field, for the catalogue to word. */
export type FieldProblem =
  | { readonly kind: 'out-of-range'; readonly min: number; readonly max: number }
  | { readonly kind: 'in-the-past' }
  | { readonly kind: 'does-not-move' }
  | FramesProblem

/** Problems by field; none when the form can be sent. */
export type FormProblems = Partial<Record<keyof RenderForm, FieldProblem>>

/** A form without a problem, in the contract's terms. */
export interface RenderOrder {
  readonly width: number
  readonly height: number
  readonly spp: number
  readonly tile: number
  /** Absent for all of it. */
  readonly denoise?: number
  readonly camera?: number
  /** In place of a camera. */
  readonly view?: RenderView
  /** Absent where it is left to the scene, or to its picture of light as it is. */
  readonly light?: RenderLight
  readonly frames?: number[]
  readonly fps: number
  readonly redundancy: number
  readonly priority: number
  readonly deadline_ms?: number
  readonly encrypt?: true
}

/** Samples of each pixel that the form asks for. */
export function sppOf({ quality, spp }: RenderForm): number | undefined {
  return quality === 'custom' ? spp : QUALITY_SPP[quality]
}

/** Facts beside its contents by which a form is checked: whether the scene moves and has a picture of light, and the user's clock. */
export interface FormScene {
  readonly animationSeconds: number
  readonly hasLightPicture: boolean
  readonly nowMs: number
}

/** Checks a form. */
export function orderOf(
  form: RenderForm,
  { animationSeconds, hasLightPicture, nowMs }: FormScene,
):
  | { readonly ok: true; readonly order: RenderOrder }
  | { readonly ok: false; readonly problems: FormProblems } {
  const problems: { -readonly [K in keyof FormProblems]: FormProblems[K] } = {}
  const within = (field: keyof RenderForm, value: number | undefined, min: number, max: number): number => {
    if (value !== undefined && Number.isInteger(value) && value >= min && value <= max) return value
    problems[field] = { kind: 'out-of-range', min, max }
    return min
  }
  const width = within('width', form.width, 1, SIDE_MAX)
  const height = within('height', form.height, 1, SIDE_MAX)
  const spp = within('spp', sppOf(form), 1, SPP_MAX)
  const parsed = parseFrames(form.frames)
  const frames = parsed.ok ? [...parsed.frames] : []
  if (!parsed.ok) problems.frames = parsed.problem
  else if (frames.length > 0 && animationSeconds === 0) problems.frames = { kind: 'does-not-move' }
  const fps = frames.length === 0 ? (form.fps ?? 24) : within('fps', form.fps, 1, FPS_MAX)
  if (form.deadlineMs !== undefined && form.deadlineMs <= nowMs) problems.deadlineMs = { kind: 'in-the-past' }
  if (Object.keys(problems).length > 0) return { ok: false, problems }
  return {
    ok: true,
    order: {
      width,
      height,
      spp,
      tile: width * height > SMALL_TILE_PIXELS_MAX ? TILE_LARGE : TILE_SMALL,
      ...strengthOf(form),
      ...lookOf(form, hasLightPicture),
      ...(frames.length === 0 ? {} : { frames }),
      fps: Math.min(FPS_MAX, Math.max(1, fps)),
      redundancy: form.checks,
      priority: PRIORITIES[form.priority],
      ...(form.deadlineMs === undefined ? {} : { deadline_ms: form.deadlineMs }),
      ...(form.encrypt ? { encrypt: true } : {}),
    },
  }
}

/** The eye and the light, where they are not left to the scene. */
function lookOf(
  { camera, view, light }: RenderForm,
  hasLightPicture: boolean,
): Pick<RenderOrder, 'camera' | 'view' | 'light'> {
  const chosen = lightOf(light, hasLightPicture)
  return {
    ...(camera === undefined || view !== undefined ? {} : { camera }),
    ...(view === undefined ? {} : { view }),
    ...(chosen === undefined ? {} : { light: chosen }),
  }
}

function strengthOf({ cleans, cleanPercent }: RenderForm): Pick<RenderOrder, 'denoise'> {
  if (!cleans) return { denoise: 0 }
  return cleanPercent === 100 ? {} : { denoise: cleanPercent / 100 }
}

/** All frames of an animation as the text of the form: frame n shows moment n / fps. */
export function allFrames(animationSeconds: number, fps: number): string {
  // A loop's last moment is its first; a thousandth of a frame is the file's rounding.
  const last = Math.max(0, Math.ceil(animationSeconds * fps - 0.001) - 1)
  return `0-${last}`
}

/** The choices that stay from one scene to the next, as a text to keep. */
export function keptForm({
  width,
  height,
  light,
  quality,
  spp,
  cleans,
  cleanPercent,
  fps,
  checks,
  priority,
  encrypt,
}: RenderForm): string {
  return JSON.stringify({
    ...{ width, height, light, quality, spp, cleans, cleanPercent, fps, checks, priority, encrypt },
  })
}

/** The form that a kept text begins with; what is not understood in it is as at first. */
export function formFrom(kept: string | null): RenderForm {
  let json: unknown
  try {
    json = JSON.parse(kept ?? '{}')
  } catch {
    json = {}
  }
  const known = new Map(Object.entries(typeof json === 'object' && json !== null ? json : {}))
  const whole = (key: 'width' | 'height' | 'spp' | 'fps', max: number): number | undefined => {
    const value: unknown = known.get(key)
    return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max
      ? value
      : FIRST_FORM[key]
  }
  const oneOf = <T>(key: keyof RenderForm, values: readonly T[], otherwise: T): T =>
    values.find((value) => value === known.get(key)) ?? otherwise
  return {
    ...FIRST_FORM,
    width: whole('width', SIDE_MAX),
    height: whole('height', SIDE_MAX),
    spp: whole('spp', SPP_MAX),
    fps: whole('fps', FPS_MAX),
    light: lightFrom(known.get('light')),
    quality: oneOf<Quality>('quality', ['draft', 'good', 'fine', 'custom'], FIRST_FORM.quality),
    checks: oneOf<number>('checks', CHECKS, FIRST_FORM.checks),
    priority: oneOf<PriorityName>('priority', ['low', 'normal', 'high'], FIRST_FORM.priority),
    cleans: oneOf<boolean>('cleans', [true, false], FIRST_FORM.cleans),
    cleanPercent: oneOf<number>('cleanPercent', CLEAN_PERCENTS, FIRST_FORM.cleanPercent),
    encrypt: oneOf<boolean>('encrypt', [true, false], FIRST_FORM.encrypt),
  }
}
