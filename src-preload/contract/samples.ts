/**
 * The scenes that every peer can make by itself, to try a render without a scene of one's own: their names, and the names of
 * their cameras in the order of their numbers.
 */
export const SAMPLES = {
  bunny: { cameras: ['Portrait', 'Close-up', 'From above'] },
  knot: { cameras: ['Room', 'Glass and gold'] },
  lamp: { cameras: ['Table', 'Bottle'] },
} as const

/** See `SAMPLES`. */
export type SampleName = keyof typeof SAMPLES

/** All names, in the order in which they are offered. */
export const SAMPLE_NAMES = Object.keys(SAMPLES) as readonly SampleName[] as readonly [SampleName]

/**
 * How a sample is rendered unless its user says otherwise: a draft that one PC alone finishes in seconds, and that waits
 * for no second one. Paths brighter than the clamp are rare, and would need thousands of samples to become smooth.
 */
export const SAMPLE_RENDER = { width: 640, height: 480, spp: 32, redundancy: 1, clamp: 4 } as const
