/** How a measured value changes with the number of jobs. */
export interface Trend {
  readonly mean: number
  /** The change over a thousand jobs by the straight line of least squares, as a part of the mean; 0 for less than two samples. */
  readonly perThousand: number
}

/** The trend of samples, each a number of jobs and a value. */
export function trendOf(samples: readonly (readonly [jobs: number, value: number])[]): Trend {
  const count = samples.length
  if (count === 0) return { mean: 0, perThousand: 0 }
  const meanJobs = samples.reduce((sum, [jobs]) => sum + jobs, 0) / count
  const mean = samples.reduce((sum, [, value]) => sum + value, 0) / count
  const spread = samples.reduce((sum, [jobs]) => sum + (jobs - meanJobs) ** 2, 0)
  if (spread === 0 || mean === 0) return { mean, perThousand: 0 }
  const slope = samples.reduce((sum, [jobs, value]) => sum + (jobs - meanJobs) * (value - mean), 0) / spread
  return { mean, perThousand: (1_000 * slope) / mean }
}
