import type { LitBy, RenderFacts } from '#contract'
import type { Fact } from '../../output/table.ts'

const LIGHTS: Readonly<Record<LitBy, string>> = {
  own: 'the scene’s own',
  environment: 'all around the scene, as it was asked for',
  studio: 'a soft studio light, as the scene has no lights; for another, add lights or choose one (--light)',
  nothing: 'next to none reaches what the camera sees; move or add a light, or choose one (--light)',
}

/** The exposure of a picture, its light and what becomes of its noise, in words; nothing for jobs of earlier versions, which do not name them. */
export function pictureFacts({ exposure_stops: stops, lit_by, denoise }: RenderFacts): readonly Fact[] {
  return [
    ...(stops === undefined ? [] : [['exposure', `${stopsText(stops)} EV, metered`] as const]),
    ...(lit_by === undefined ? [] : [['light', LIGHTS[lit_by]] as const]),
    ...(denoise === undefined ? [] : [['noise', noiseText(denoise)] as const]),
  ]
}

function noiseText(strength: number): string {
  const part = strength === 1 ? '' : `, at ${Math.round(strength * 100)} %`
  return `taken out of the finished picture${part}; job-result --as-rendered saves it as it was`
}

/** Stops with their sign and one decimal; 0 has none. */
function stopsText(stops: number): string {
  const rounded = Math.round(stops * 10) / 10
  return rounded === 0 ? '0' : `${rounded > 0 ? '+' : ''}${rounded.toFixed(1)}`
}
