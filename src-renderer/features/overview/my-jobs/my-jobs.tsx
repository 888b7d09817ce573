import { Anchor, Button } from '@mantine/core'
import { IconPlayerPauseFilled } from '@tabler/icons-react'
import { useMemo } from 'react'
import { Link, useLocation } from 'wouter'
import { groupState, type JobSummary } from '#contract'
import { JobKindProviders } from '../../../job-kinds/around-jobs.tsx'
import { SmallPicture } from '../../../job-kinds/small-picture.tsx'
import { kindOf, onlyForm } from '../../../job-kinds/table.ts'
import {
  endedOf,
  isInFlight,
  type JobCard,
  jobsOf,
  pictureJobOf,
  progressOf,
} from '../../../state/job-cards.ts'
import { cardName, latenessOf } from '../../../state/job-words.ts'
import { useNode } from '../../../state/node-store.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import { useTimeLeft } from '../../../state/time-left.ts'
import { Section } from '../../../ui/layout/section.tsx'
import { useNow } from '../../../ui/use-now.ts'
import { endedAtMs, jobsToShow } from './job-choice.ts'
import classes from './my-jobs.module.css'

/** Which jobs are news is looked at anew so often. */
const LOOK_EVERY_MS = 60_000

/** Own jobs in flight, and pictures that were finished lately. */
export function MyJobs() {
  const messages = useText()
  const text = messages.overview.jobs
  const jobs = useNode((node) => node.jobs)
  const nowMs = useNow(LOOK_EVERY_MS)
  const [, navigate] = useLocation()
  const shown = useMemo(() => jobsToShow(jobs.values(), nowMs), [jobs, nowMs])
  return (
    <Section
      title={text.title}
      isCard={false}
      actions={
        jobs.size > 0 && (
          <Anchor component={Link} href="/jobs" size="sm">
            {text.all}
          </Anchor>
        )
      }
    >
      {shown.length === 0 ? (
        <div className={classes['none']}>
          <p>{text.none}</p>
          <Button size="xs" onClick={() => navigate('/jobs/new')}>
            {onlyForm()?.words(messages).start ?? text.start}
          </Button>
        </div>
      ) : (
        <JobKindProviders>
          <ul className={classes['jobs']}>
            {shown.map((card) => (
              <li key={card.key}>
                <OneCard card={card} />
              </li>
            ))}
          </ul>
        </JobKindProviders>
      )}
    </Section>
  )
}

function OneCard({ card }: { readonly card: JobCard }) {
  const text = useText().overview.jobs
  const format = useFormat()
  const jobs = jobsOf(card)
  const shown = pictureJobOf(jobs)
  if (shown === undefined) return null
  const name = cardName(card)
  const isOver = !jobs.some(isInFlight)
  const kind = kindOf(shown.facts)
  const Icon = (card.kind === 'series' ? kind.SeriesIcon : undefined) ?? kind.Icon
  const fraction = progressOf(jobs)
  const share = <span className={classes['share']}>{format.percent(fraction)}</span>
  const hasPicture = kind.Thumbnail !== undefined
  return (
    <Link href={`/jobs/${shown.job_id}`} className={classes['job']}>
      <div className={classes['picture']}>
        <SmallPicture
          jobs={jobs}
          name={name}
          otherwise={isOver && hasPicture ? <Icon size={20} aria-hidden="true" /> : share}
        />
        {groupState(jobs).kind === 'paused' && (
          <span className={classes['paused']}>
            <IconPlayerPauseFilled size={20} aria-hidden="true" />
          </span>
        )}
      </div>
      <div className={classes['words']}>
        <p className={classes['name']} dir="auto" title={name}>
          {name}
        </p>
        <p className={classes['facts']}>
          <CardFacts jobs={jobs} count={card.kind === 'series' ? card.count : 1} />
        </p>
        {!isOver && (
          <div
            role="progressbar"
            aria-label={text.progressOf(name)}
            aria-valuenow={Math.round(fraction * 100)}
            className={classes['track']}
          >
            <div className={classes['bar']} style={{ transform: `scaleX(${fraction})` }} />
          </div>
        )}
      </div>
    </Link>
  )
}

function CardFacts({ jobs, count }: { readonly jobs: readonly JobSummary[]; readonly count: number }) {
  const messages = useText()
  const text = messages.overview.jobs
  const left = useTimeLeft(jobs)
  const format = useFormat()
  if (!jobs.some(isInFlight)) return text.done(format.ago(endedAtMs(jobs)))
  const verified = jobs.reduce((sum, job) => sum + job.verified, 0)
  const units = jobs.reduce((sum, job) => sum + job.units, 0)
  const done =
    count > 1
      ? messages.jobs.framesDone(format.number(endedOf(jobs)), format.number(count))
      : text.progress(format.number(verified), format.number(units))
  if (groupState(jobs).kind === 'paused') return `${text.paused} · ${done}`
  if (verified === 0) return text.waiting
  const late = latenessOf(jobs)
  if (late?.byMs !== undefined) return `${done} · ${messages.jobs.late.by(format.roughly(late.byMs))}`
  return left.kind === 'left' ? `${done} · ${text.left(format.remaining(left.ms))}` : done
}
