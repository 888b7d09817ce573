import type { ReactNode } from 'react'
import { Tooltip } from '@mantine/core'
import type { JobStatus, JobSummary } from '#contract'
import { useFormat, useText } from '../../../state/text.tsx'
import { isInFlight } from '../../../state/job-cards.ts'
import { comparedWithEstimate, latenessOf } from '../../../state/job-words.ts'
import { priorityName } from '../../../job-kinds/render/form/render-form.ts'
import classes from './job-figures.module.css'

/** A job in real numbers: units, times, what was estimated, what had to be done again. */
export function JobFigures({
  job,
  siblings,
}: {
  readonly job: JobStatus
  /** All frames of its series; none of a still. */
  readonly siblings: readonly JobSummary[]
}) {
  const text = useText().jobs
  const format = useFormat()
  const { facts } = text
  const isGoing = isInFlight(job)
  const { picture } = job
  const late = latenessOf([job])
  const lateNote =
    late !== undefined &&
    (late.byMs === undefined ? facts.deadlinePassed : text.late.by(format.roughly(late.byMs)))
  return (
    <dl className={classes['figures']} aria-label={facts.label}>
      <Fact name={facts.progress}>
        {facts.ofUnits(format.number(job.verified), format.number(job.units))}
      </Fact>
      {job.state.kind === 'running' && (
        <Fact name={facts.left}>
          {job.left_ms_estimate === undefined ? facts.leftUnknown : format.duration(job.left_ms_estimate)}
        </Fact>
      )}
      <Fact
        name={facts.started}
        note={
          job.first_award_ms !== undefined &&
          job.first_award_ms >= 1_000 &&
          facts.waitedFor(format.duration(job.first_award_ms))
        }
      >
        {format.time(job.submitted_at_ms)}
      </Fact>
      <Fact name={isGoing ? facts.soFar : facts.took}>{format.duration(job.wall_ms)}</Fact>
      {job.estimated_ms !== undefined && (
        <Fact
          name={siblings.length > 1 ? facts.estimatedSeries : facts.estimated}
          note={comparedWithEstimate(job, siblings, text, (times) => format.number(times, 1))}
        >
          {format.duration(job.estimated_ms)}
        </Fact>
      )}
      {job.deadline_ms !== undefined && (
        <Fact name={facts.deadline} note={lateNote} isWarning>
          {format.time(job.deadline_ms)}
        </Fact>
      )}
      {picture !== undefined && (
        <Fact name={facts.picture} note={text.samples(format.number(picture.spp))}>
          {text.pictureSize(`${picture.width}`, `${picture.height}`)}
        </Fact>
      )}
      {picture?.frame !== undefined && <Fact name={facts.frame}>{format.number(picture.frame)}</Fact>}
      <Fact name={facts.checks}>{text.checksOf(job.redundancy, format.number(job.redundancy))}</Fact>
      {job.encrypted === true && (
        <Fact name={facts.encrypted} hint={facts.encryptedHint}>
          {facts.encryptedYes}
        </Fact>
      )}
      {isGoing && <Fact name={facts.priority}>{text.priorities[priorityName(job.priority)]}</Fact>}
      {job.retried > 0 && (
        <Fact name={facts.again} hint={facts.againHint}>
          {format.number(job.retried)}
        </Fact>
      )}
      {job.rejected_outputs > 0 && (
        <Fact name={facts.refused} hint={facts.refusedHint}>
          {format.number(job.rejected_outputs)}
        </Fact>
      )}
      {/* Of a picture nobody asks what it took in instructions. */}
      {job.fuel !== undefined && picture === undefined && (
        <Fact name={facts.fuel}>{format.number(job.fuel)}</Fact>
      )}
    </dl>
  )
}

function Fact({
  name,
  note,
  hint,
  isWarning = false,
  children,
}: {
  readonly name: string
  readonly note?: string | false | undefined
  /** What the name means. */
  readonly hint?: string
  readonly isWarning?: boolean
  readonly children: ReactNode
}) {
  const term = <dt className={classes['name']}>{name}</dt>
  return (
    <div className={classes['fact']}>
      {hint === undefined ? term : <Tooltip label={hint}>{term}</Tooltip>}
      <dd className={classes['value']}>{children}</dd>
      {note !== undefined && note !== false && (
        <dd className={classes['note']} data-is-warning={isWarning}>
          {note}
        </dd>
      )}
    </div>
  )
}
