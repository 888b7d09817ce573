import { groupProgress, jobGroups, MAKERS_MAX, type JobFacts, type JobSummary, type MadeBy } from '#contract'

/** A still or a job of another kind, or the frames of an animation together. */
export type JobCard =
  | { readonly kind: 'single'; readonly key: string; readonly job: JobSummary }
  | {
      readonly kind: 'series'
      readonly key: string
      readonly frames: readonly JobSummary[]
      readonly count: number
    }

/** The jobs screen: what goes on, finished pictures, and everything else; newest first in each. */
export interface JobBoard {
  readonly inFlight: readonly JobCard[]
  readonly gallery: readonly JobCard[]
  readonly others: readonly JobCard[]
}

/**
 * Sorts jobs onto the screen; `hasPicture` says of which kinds there are pictures. A series goes where its slowest frame
 * is; one finished frame makes it a picture.
 */
export function jobBoard(jobs: Iterable<JobSummary>, hasPicture: (facts: JobFacts) => boolean): JobBoard {
  const board: { inFlight: JobCard[]; gallery: JobCard[]; others: JobCard[] } = {
    inFlight: [],
    gallery: [],
    others: [],
  }
  for (const card of jobCards(jobs)) board[placeOf(card, hasPicture)].push(card)
  return board
}

/** Jobs as cards, newest first, the frames of a series in the order in which they were asked for. */
export function jobCards(jobs: Iterable<JobSummary>): JobCard[] {
  const cards = jobGroups(jobs).flatMap(({ id, jobs: frames, count }): JobCard[] => {
    if (count > 1) return [{ kind: 'series', key: id, frames, count }]
    return frames.map((job) => ({ kind: 'single', key: id, job }))
  })
  return cards.sort((a, b) => newest(b) - newest(a) || (a.key < b.key ? -1 : 1))
}

/** The jobs of a card, one or many. */
export function jobsOf(card: JobCard): readonly JobSummary[] {
  return card.kind === 'single' ? [card.job] : card.frames
}

/** The card's job that its picture shows: the first that is done, or that was kept, or the first. */
export function coverOf(card: JobCard): JobSummary | undefined {
  const jobs = jobsOf(card)
  return jobs.find((job) => job.state.kind === 'done') ?? jobs.find(hasResult) ?? jobs[0]
}

/** Whose PCs made a card's pictures; of an animation those of its frames, in their order. */
export function makersOf(card: JobCard): MadeBy | undefined {
  const made = jobsOf(card).flatMap(({ made_by }) => made_by ?? [])
  if (made.length === 0) return undefined
  const makers = [
    ...new Map(
      made.flatMap((each) => each.makers).map((maker) => [`${maker.is_self} ${maker.name}`, maker]),
    ).values(),
  ]
  const named = makers.slice(0, MAKERS_MAX)
  // Those of one frame that it does not name may be named by another: no more than the most of any frame are counted.
  const unnamed = Math.max(...made.map(({ others }) => others))
  return { makers: named, others: Math.max(makers.length - named.length, unnamed) }
}

/**
 * The job whose picture shows the best how far a job or an animation is: the frame that is being made, once something of it is
 * there, else the last that is done, else the first.
 */
export function pictureJobOf(jobs: readonly JobSummary[]): JobSummary | undefined {
  return (
    jobs.find((job) => isInFlight(job) && job.verified > 0) ??
    (jobs.some(isInFlight) ? jobs.findLast(isDone) : jobs.find(isDone)) ??
    jobs[0]
  )
}

/** The frame whose picture stands in while that of the shown one is read or not begun: the last before it that is done. */
export function standInOf(jobs: readonly JobSummary[], shown: JobSummary): JobSummary | undefined {
  return jobs.slice(0, jobs.indexOf(shown)).findLast(isDone)
}

function isDone({ state }: JobSummary): boolean {
  return state.kind === 'done'
}

/** The done share of all of a card's units, 0 to 1. */
export function progressOf(jobs: readonly JobSummary[]): number {
  return groupProgress(jobs)
}

/** How many of the jobs are over, well or not. */
export function endedOf(jobs: readonly JobSummary[]): number {
  return jobs.filter((job) => !isInFlight(job)).length
}

/** Whether a job has a result that its user wants: all of it, or what was there when it was stopped. */
export function hasResult({ state }: JobSummary): boolean {
  return state.kind === 'done' || (state.kind === 'cancelled' && state.kept === true)
}

/** Whether a job is still to be done, now or after a pause, it or what combines its outputs. */
export function isInFlight({ state, reduced_by }: JobSummary): boolean {
  const following = reduced_by?.state.kind
  return (
    state.kind === 'running' ||
    state.kind === 'paused' ||
    (state.kind === 'done' && (following === 'waiting' || following === 'running' || following === 'paused'))
  )
}

function placeOf(card: JobCard, hasPicture: (facts: JobFacts) => boolean): keyof JobBoard {
  const jobs = jobsOf(card)
  if (jobs.some(isInFlight)) return 'inFlight'
  const isPicture = jobs.some((job) => hasPicture(job.facts) && hasResult(job))
  return isPicture ? 'gallery' : 'others'
}

function newest(card: JobCard): number {
  return jobsOf(card).reduce((latest, job) => Math.max(latest, job.submitted_at_ms), 0)
}
