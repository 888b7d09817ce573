import type { JobStatus, JobSummary, TimeLeft } from '#contract'
import type { Format, Messages } from '#text'
import { kindOf, wordsOf } from '../../../job-kinds/table.ts'
import { isInFlight } from '../../../state/job-cards.ts'
import { comparedWithEstimate, latenessOf } from '../../../state/job-words.ts'
import { priorityName } from '../../../state/priority.ts'

/** One figure of a job. */
export interface Figure {
  readonly name: string
  readonly value: string
  /** Stands under the value. */
  readonly note?: string | undefined
  /** Says what the name means. */
  readonly hint?: string
  readonly isWarning?: boolean
}

/** A job in figures, in the order in which they are shown; `siblings` are all jobs of its series. */
export function figuresOf(
  {
    job,
    siblings,
    left,
  }: { readonly job: JobStatus; readonly siblings: readonly JobSummary[]; readonly left: TimeLeft },
  messages: Messages,
  format: Format,
): readonly Figure[] {
  return [
    ...timeFigures(job, left, messages.jobs, format),
    ...planFigures(job, siblings, messages.jobs, format),
    ...kindOf(job.facts).figures(job.facts, messages, format),
    ...checkFigures(job, messages, format),
  ]
}

/** How far it is, since when, and for how long. */
function timeFigures(job: JobStatus, left: TimeLeft, { facts }: Messages['jobs'], format: Format): Figure[] {
  const waitedMs = job.first_award_ms ?? 0
  return [
    { name: facts.progress, value: facts.ofUnits(format.number(job.verified), format.number(job.units)) },
    // What waits for others has no end that could be told.
    ...given(job.state.kind === 'running' && job.waiting === undefined && left.kind !== 'stalled', {
      name: facts.left,
      value: left.kind === 'left' ? format.remaining(left.ms) : facts.leftUnknown,
    }),
    {
      name: facts.started,
      value: format.time(job.submitted_at_ms),
      note: waitedMs >= 1_000 ? facts.waitedFor(format.duration(waitedMs)) : undefined,
    },
    { name: isInFlight(job) ? facts.soFar : facts.took, value: format.duration(job.wall_ms) },
  ]
}

/** The estimate and the deadline, where there are any. */
function planFigures(
  job: JobStatus,
  siblings: readonly JobSummary[],
  text: Messages['jobs'],
  format: Format,
): Figure[] {
  const { facts } = text
  const late = latenessOf([job])
  return [
    ...(job.estimated_ms === undefined
      ? []
      : [
          {
            name: siblings.length > 1 ? facts.estimatedSeries : facts.estimated,
            value: format.duration(job.estimated_ms),
            note: comparedWithEstimate(job, siblings, text, (times) => format.number(times, 1)),
          },
        ]),
    ...(job.deadline_ms === undefined
      ? []
      : [
          {
            name: facts.deadline,
            value: format.time(job.deadline_ms),
            note:
              late &&
              (late.byMs === undefined ? facts.deadlinePassed : text.late.by(format.roughly(late.byMs))),
            isWarning: true,
          },
        ]),
  ]
}

/** How it is checked, who can read it, and what had to be done again. */
function checkFigures(job: JobStatus, messages: Messages, format: Format): Figure[] {
  const text = messages.jobs
  const { facts } = text
  const refusedHint = wordsOf(job, messages).refusedHint ?? facts.refusedHint
  return [
    { name: facts.checks, value: text.checksOf(job.redundancy, format.number(job.redundancy)) },
    ...(job.comparator === undefined
      ? []
      : [{ name: facts.compared, value: facts.comparedBy[job.comparator.name], hint: facts.comparedHint }]),
    ...given(job.encrypted === true, {
      name: facts.encrypted,
      value: facts.encryptedYes,
      hint: facts.encryptedHint,
    }),
    ...given(isInFlight(job), { name: facts.priority, value: text.priorities[priorityName(job.priority)] }),
    ...given(job.retried > 0, {
      name: facts.again,
      value: format.number(job.retried),
      hint: facts.againHint,
    }),
    ...given(job.rejected_outputs > 0, {
      name: facts.refused,
      value: format.number(job.rejected_outputs),
      hint: refusedHint,
    }),
    ...(job.fuel === undefined || !kindOf(job.facts).showsFuel
      ? []
      : [{ name: facts.fuel, value: format.number(job.fuel) }]),
  ]
}

/** The figure where the condition holds. */
function given(condition: boolean, figure: Figure): Figure[] {
  return condition ? [figure] : []
}
