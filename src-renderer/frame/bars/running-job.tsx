import { useMemo } from 'react'
import type { JobSummary } from '#contract'
import { Link } from 'wouter'
import { SmallPicture } from '../../job-kinds/small-picture.tsx'
import { kindOf } from '../../job-kinds/table.ts'
import { jobCards, jobsOf, pictureJobOf, progressOf } from '../../state/job-cards.ts'
import { cardName } from '../../state/job-words.ts'
import { useNode } from '../../state/node-store.ts'
import { useFormat, useText } from '../../state/text.tsx'
import classes from './running-job.module.css'

/** The newest picture that is being made: how far it is, on every screen. Nothing where none is. */
export function RunningJob() {
  const text = useText().jobs
  const format = useFormat()
  const jobs = useNode((node) => node.jobs)
  const card = useMemo(() => jobCards(jobs.values()).find((one) => jobsOf(one).some(isBeingMade)), [jobs])
  if (card === undefined) return null
  const shown = pictureJobOf(jobsOf(card))
  if (shown === undefined) return null
  const name = cardName(card)
  const percent = format.percent(progressOf(jobsOf(card)))
  return (
    <Link href={`/jobs/${shown.job_id}`} className={classes['job']} title={text.titleRunning(name, percent)}>
      <span className={classes['picture']} aria-hidden="true">
        <SmallPicture jobs={jobsOf(card)} name={name} otherwise={null} />
      </span>
      <span className="visually-hidden">{text.titleRunning(name, percent)}</span>
      <span className={classes['percent']} aria-hidden="true">
        {percent}
      </span>
    </Link>
  )
}

function isBeingMade({ state, facts }: JobSummary): boolean {
  return state.kind === 'running' && kindOf(facts).Thumbnail !== undefined
}
