import type { JobSummary } from './job-status.ts'

/** Jobs that are one thing for their user: a job alone, or the frames of an animation. */
export interface JobGroup {
  /** The id that names it: the job's, or that of the animation's first frame. */
  readonly id: JobSummary['job_id']
  /** Frames are in their order. Removed ones, and those of older pages, are missing. */
  readonly jobs: readonly JobSummary[]
  /** How many frames were submitted together; 1 for a job alone. */
  readonly count: number
}

/** Puts the frames of each animation together, where the first of them is in the list. A series of one frame is a still. */
export function jobGroups(jobs: Iterable<JobSummary>): JobGroup[] {
  const groups = new Map<string, { id: JobSummary['job_id']; jobs: JobSummary[]; count: number }>()
  for (const job of jobs) {
    const { series } = job
    const isFrame = series !== undefined && series.count > 1
    const id = isFrame ? series.id : job.job_id
    const known = groups.get(id)
    if (known === undefined) groups.set(id, { id, jobs: [job], count: isFrame ? series.count : 1 })
    else known.jobs.push(job)
  }
  for (const { jobs: frames } of groups.values())
    frames.sort((a, b) => (a.series?.index ?? 0) - (b.series?.index ?? 0))
  return [...groups.values()]
}

/** The name of a job for people: without its file's ending, and without the frame that is put behind it. */
export function groupName({ jobs: [job] }: Pick<JobGroup, 'jobs'>): string {
  if (job === undefined) return ''
  const { description, algorithm, series } = job
  const whole = (series?.count ?? 1) > 1 ? description.replace(/, frame \d+$/, '') : description
  const name = whole.replace(/\.(glb|gltf)(?=$|, frame \d+$)/i, '').trim()
  return name === '' ? algorithm.id : name
}

/** Where jobs stand together: at work while one is, else paused while one is; failed where one has failed. */
export function groupState(jobs: readonly JobSummary[]): JobSummary['state'] {
  for (const kind of ['running', 'paused', 'failed', 'cancelled'] as const) {
    const job = jobs.find(({ state }) => state.kind === kind)
    if (job !== undefined) return job.state
  }
  return { kind: 'done' }
}

/** From the first submission to the last end, or to now. */
export function groupWallMs(jobs: readonly JobSummary[]): number {
  const begun = Math.min(...jobs.map(({ submitted_at_ms }) => submitted_at_ms))
  return Math.max(...jobs.map(({ submitted_at_ms, wall_ms }) => submitted_at_ms + wall_ms)) - begun
}

/** The done share of all units of jobs, 0 to 1. What is done counts for all its units. */
export function groupProgress(jobs: readonly JobSummary[]): number {
  let units = 0
  let done = 0
  for (const job of jobs) {
    units += job.units
    done += job.state.kind === 'done' ? job.units : Math.min(job.units, job.verified)
  }
  return units === 0 ? 0 : done / units
}

/** The newest of the jobs that is running: the one that a title and a tray have room for. */
export function newestRunning(jobs: Iterable<JobSummary>): JobGroup | undefined {
  let newest: JobGroup | undefined
  for (const group of jobGroups(jobs)) {
    if (!group.jobs.some(({ state }) => state.kind === 'running')) continue
    if (newest === undefined || submittedAtMs(group) > submittedAtMs(newest)) newest = group
  }
  return newest
}

function submittedAtMs({ jobs }: JobGroup): number {
  return Math.max(...jobs.map(({ submitted_at_ms }) => submitted_at_ms))
}
