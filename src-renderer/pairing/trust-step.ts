/** Trust in words, least first. */
export const TRUST_STEPS = ['none', 'little', 'some', 'much', 'full'] as const
export type TrustStep = (typeof TRUST_STEPS)[number]

/** Steps are a quarter apart; what lies between them is told as the nearest. */
const STEP = 1 / (TRUST_STEPS.length - 1)

/** The trust that a new pairing begins with: enough to work for each other, with room above and below. */
export const TRUST_AT_FIRST = 0.5

/** The step whose word fits a trust of 0 to 1 best; only no trust at all is called none. */
export function trustStep(trust: number): TrustStep {
  if (trust <= 0) return 'none'
  const nearest = Math.max(1, Math.round(trust / STEP))
  return TRUST_STEPS[Math.min(nearest, TRUST_STEPS.length - 1)] ?? 'full'
}

/** The trust that a step stands for, 0 to 1. */
export function trustOf(step: TrustStep): number {
  return TRUST_STEPS.indexOf(step) * STEP
}
