import {
  SAMPLES_PER_UNIT_DEFAULT,
  type RenderSplit,
  tileCount,
  unitCount,
} from '../../../protocol/job-kinds/render-tasks.ts'

/** Two halves of fewer samples than four say next to nothing of how far apart they lie by chance. */
const CLEANED_SAMPLES_MIN = 8

/** The part of a request that decides how its samples are cut. */
interface AskedSamples {
  readonly spp: number
  readonly samples_per_unit?: number
  /** How much of the noise is taken out; 0 is none. */
  readonly denoise: number
}

/**
 * Samples of a pixel that one unit takes: of a picture to be cleaned at most half of all, so that each tile comes as two
 * pictures with different noise. That changes no bit of the picture as rendered.
 */
export function cleanableSamples({ spp, samples_per_unit, denoise }: AskedSamples): number {
  const asked = samples_per_unit ?? SAMPLES_PER_UNIT_DEFAULT
  return denoise === 0 || spp < CLEANED_SAMPLES_MIN ? asked : Math.min(asked, Math.ceil(spp / 2))
}

/** Whether a picture has the samples that cleaning takes. */
export function isCleanable(split: RenderSplit): boolean {
  return split.spp >= CLEANED_SAMPLES_MIN && unitCount(split) > tileCount(split)
}
