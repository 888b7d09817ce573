import type { RenderRecipe } from '#contract'
import { priorityName } from '../../../state/priority.ts'
import type { HandedScene } from '../scene/handed-scene.ts'
import { framesText } from './frames-text.ts'
import { formOfLight } from './light-form.ts'
import { CLEAN_PERCENTS, FIRST_FORM, type Quality, QUALITY_SPP, type RenderForm } from './render-form.ts'

/** The form with the settings of a job, to be changed. */
export function formOfRecipe(recipe: RenderRecipe): RenderForm {
  const { width, height, camera, spp, denoise, frames, fps, redundancy, priority, encrypt, light, view } =
    recipe
  const known = Object.entries(QUALITY_SPP).find(([, samples]) => samples === spp)
  return {
    ...FIRST_FORM,
    ...{ width, height, camera, spp, fps, encrypt },
    view,
    light: formOfLight(light),
    quality: (known?.[0] ?? 'custom') as Quality,
    cleans: denoise > 0,
    cleanPercent: nearestPercent(denoise),
    frames: framesText(frames ?? []),
    checks: redundancy,
    priority: priorityName(priority),
  }
}

/** The choice that is nearest to a strength; all of the noise where none was taken out. */
function nearestPercent(strength: number): number {
  if (strength === 0) return FIRST_FORM.cleanPercent
  const distance = (percent: number): number => Math.abs(percent - strength * 100)
  return CLEAN_PERCENTS.reduce((best, percent) => (distance(percent) <= distance(best) ? percent : best))
}

/** The scene of a job as the form hands it on; undefined where it is no longer here. */
export function sceneOfRecipe({ scene, bounces, clamp }: RenderRecipe): HandedScene | undefined {
  if (scene === undefined) return undefined
  return { ...scene, bounces, ...(clamp === undefined ? {} : { clamp }) }
}
