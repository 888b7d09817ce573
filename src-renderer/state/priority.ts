/** Whose work goes first, in words; what the contract knows as a fraction. */
export const PRIORITIES = { low: 0.2, normal: 0.5, high: 0.8 } as const
/** See `PRIORITIES`. */
export type PriorityName = keyof typeof PRIORITIES

/** The priority's name that is nearest to a fraction. */
export function priorityName(fraction: number): PriorityName {
  if (fraction < (PRIORITIES.low + PRIORITIES.normal) / 2) return 'low'
  return fraction > (PRIORITIES.normal + PRIORITIES.high) / 2 ? 'high' : 'normal'
}
