import type { Holding } from './state.ts'

/** How much of the average is left when one more unit has run: the last ten or twenty count. */
const FADE = 0.9

/**
 * What a unit of a job takes on one core here of late, with all that belongs to it: fetching, running, storing. What a
 * run itself takes says too little where units are small: an award that counts on it comes too late.
 *
 * @param sinceMs the program's start: what was awarded before it has waited for it
 * @param lanes how many units run at once here, if there are so many
 * @returns milliseconds; undefined before the first has run
 */
export function observedUnitMs({ units }: Holding, sinceMs: number, lanes: number): number | undefined {
  let averageMs: number | undefined
  let endMs = 0
  const award = { atMs: 0, lastMs: 0, count: 0 }

  function learn(): void {
    if (award.count === 0) return
    // An award that came while another was at work began when that had ended.
    const busyMs = Math.max(0, award.lastMs - Math.max(award.atMs, endMs))
    const unitMs = (busyMs * Math.min(lanes, award.count)) / award.count
    const kept = averageMs === undefined ? 0 : FADE ** award.count
    averageMs = (averageMs ?? 0) * kept + unitMs * (1 - kept)
    endMs = Math.max(endMs, award.lastMs)
  }

  for (const { awardedAtMs, status } of units.values()) {
    if (awardedAtMs < sinceMs || status.state !== 'ran' || status.receipt.outcome.kind !== 'output') continue
    if (awardedAtMs !== award.atMs) {
      learn()
      award.atMs = awardedAtMs
      award.lastMs = award.count = 0
    }
    award.lastMs = Math.max(award.lastMs, status.ranAtMs)
    award.count++
  }
  learn()
  return averageMs
}
