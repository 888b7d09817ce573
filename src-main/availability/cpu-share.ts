/** How many units run at once, and which part of the time they run. */
export interface CpuShare {
  readonly workers: number
  /** From above 0 to 1, where they never stop. */
  readonly duty: number
}

/**
 * A percentage of some cores' time, as few workers that run nearly always rather than many that often stop: 60 % of
 * four cores are three workers at 80 %. Where processes cannot be stopped and continued, whole workers only, the next
 * lower number, at least one.
 */
export function cpuShare(cores: number, percent: number, lendsPartOfCores: boolean): CpuShare {
  const whole = Math.max(1, Math.floor(cores))
  // Rounded, so that 70 % of 10 are 7 and not a little more.
  const lent = Math.round(whole * percent) / 100
  if (!lendsPartOfCores) return { workers: Math.max(1, Math.floor(lent)), duty: 1 }
  const workers = Math.max(1, Math.ceil(lent))
  return { workers, duty: Math.min(1, lent / workers) }
}
