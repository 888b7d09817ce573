import { Badge, Progress } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { JobPhase, JobSummary, TimeLeft } from '#contract'
import type { Format, Messages } from '#text'
import { SmallPicture } from '../../../job-kinds/small-picture.tsx'
import { kindOf } from '../../../job-kinds/table.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import { useTimeLeft } from '../../../state/time-left.ts'
import { endedOf, isInFlight, type JobCard, jobsOf, progressOf } from '../../../state/job-cards.ts'
import { cardName, latenessOf } from '../../../state/job-words.ts'
import classes from './job-row.module.css'

/** One line of the list of jobs: what it is, how far it is, where it stands. */
export function JobRow({ card }: { readonly card: JobCard }) {
  const messages = useText()
  const text = messages.jobs
  const format = useFormat()
  const jobs = jobsOf(card)
  const left = useTimeLeft(jobs)
  // Of a series the frame that stands for its state: one that goes on, one that failed, or the first.
  const shown =
    jobs.find(({ state }) => state.kind === 'running') ??
    jobs.find(isInFlight) ??
    jobs.find(({ state }) => state.kind === 'failed') ??
    jobs[0]
  if (shown === undefined) return null
  const fraction = progressOf(jobs)
  const late = latenessOf(jobs)
  return (
    <Link href={`/jobs/${shown.job_id}`} className={classes['row']}>
      <span className={classes['picture']}>
        <SmallPicture jobs={jobs} name={cardName(card)} otherwise={<JobIcon card={card} job={shown} />} />
      </span>
      <span className={classes['words']}>
        <span className={classes['name']} dir="auto">
          <span className="visually-hidden">{text.openJob(cardName(card))}</span>
          <span aria-hidden="true">{cardName(card)}</span>
        </span>
        <span className={classes['facts']}>
          {late?.byMs !== undefined && (
            <span className={classes['late']}>{text.late.by(format.roughly(late.byMs))} · </span>
          )}
          {rowFacts({ card, job: shown, left }, messages, format)}
        </span>
      </span>
      {jobs.some(isInFlight) && (
        <span className={classes['progress']}>
          <Progress
            value={fraction * 100}
            size="sm"
            color={shown.state.kind === 'paused' ? 'warn' : 'accent'}
            aria-hidden="true"
          />
          <span className={classes['percent']}>{format.percent(fraction)}</span>
        </span>
      )}
      <StateBadge state={shown.state} isCombining={shown.state.kind === 'done' && isInFlight(shown)} />
      <IconChevronRight size={16} aria-hidden="true" className={classes['chevron']} />
    </Link>
  )
}

/** A job's state as a word in its colour. */
export function StateBadge({
  state,
  isCombining = false,
}: {
  readonly state: JobPhase
  readonly isCombining?: boolean
}) {
  const text = useText().jobs
  const color = { running: 'accent', paused: 'warn', done: 'good', cancelled: 'gray', failed: 'bad' }[
    state.kind
  ]
  return (
    <Badge
      variant="light"
      color={isCombining ? 'accent' : color}
      className={classes['badge']}
      data-state={state.kind}
    >
      {isCombining ? text.combining : stateWord(state, text)}
    </Badge>
  )
}

function stateWord(state: JobPhase, { states }: Messages['jobs']): string {
  return state.kind === 'cancelled' && state.kept === true ? states.kept : states[state.kind]
}

function JobIcon({ card, job }: { readonly card: JobCard; readonly job: JobSummary }) {
  const kind = kindOf(job.facts)
  const CardIcon = (card.kind === 'series' ? kind.SeriesIcon : undefined) ?? kind.Icon
  return <CardIcon size={20} stroke={1.5} aria-hidden="true" className={classes['icon']} />
}

function rowFacts(
  { card, job, left }: { readonly card: JobCard; readonly job: JobSummary; readonly left: TimeLeft },
  messages: Messages,
  format: Format,
): string {
  const text = messages.jobs
  const jobs = jobsOf(card)
  const parts: string[] = []
  if (card.kind === 'series') {
    parts.push(text.framesDone(format.number(endedOf(jobs)), format.number(card.count)))
  }
  if (job.state.kind === 'failed') parts.push(text.failedBecause(job.state.fault.message))
  else if (isInFlight(job)) {
    if (left.kind === 'left') parts.push(text.left(format.remaining(left.ms)))
    parts.push(text.startedAgo(format.ago(job.submitted_at_ms)))
  } else parts.push(text.tookAgo(format.duration(job.wall_ms), format.ago(job.submitted_at_ms + job.wall_ms)))
  parts.push(
    kindOf(job.facts).rowFact(job.facts, messages) ?? text.units(job.units, format.number(job.units)),
  )
  return parts.join(' · ')
}
