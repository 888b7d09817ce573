import { Tooltip } from '@mantine/core'
import type { JobStatus, JobSummary } from '#contract'
import { useFormat, useText } from '../../../state/text.tsx'
import { useTimeLeft } from '../../../state/time-left.ts'
import { type Figure, figuresOf } from './figures-of.ts'
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
  const text = useText()
  const format = useFormat()
  const left = useTimeLeft([job])
  return (
    <dl className={classes['figures']} aria-label={text.jobs.facts.label}>
      {figuresOf({ job, siblings, left }, text, format).map((figure) => (
        <FigurePlace key={figure.name} {...figure} />
      ))}
    </dl>
  )
}

function FigurePlace({ name, value, note, hint, isWarning = false }: Figure) {
  const term = <dt className={classes['name']}>{name}</dt>
  return (
    <div className={classes['fact']}>
      {hint === undefined ? term : <Tooltip label={hint}>{term}</Tooltip>}
      <dd className={classes['value']}>{value}</dd>
      {note !== undefined && (
        <dd className={classes['note']} data-is-warning={isWarning}>
          {note}
        </dd>
      )}
    </div>
  )
}
