import { Anchor, Button } from '@mantine/core'
import { IconPlayerPauseFilled } from '@tabler/icons-react'
import { useMemo } from 'react'
import { Link, useLocation } from 'wouter'
import type { JobSummary } from '#contract'
import { JobKindProviders } from '../../../job-kinds/around-jobs.tsx'
import { kindOf, onlyForm } from '../../../job-kinds/table.ts'
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
            {shown.map((job) => (
              <li key={job.job_id}>
                <JobCard job={job} />
              </li>
            ))}
          </ul>
        </JobKindProviders>
      )}
    </Section>
  )
}

function JobCard({ job }: { readonly job: JobSummary }) {
  const text = useText().overview.jobs
  const format = useFormat()
  const name = job.description.replace(/\.(glb|gltf)$/i, '').trim() || text.unnamed
  const isDone = job.state.kind === 'done'
  const { Icon, Thumbnail } = kindOf(job.facts)
  const icon = <Icon size={20} aria-hidden="true" />
  const fraction = job.units === 0 ? 0 : job.verified / job.units
  return (
    <Link href={`/jobs/${job.job_id}`} className={classes['job']}>
      <div className={classes['picture']}>
        {isDone && Thumbnail !== undefined ? (
          <Thumbnail
            jobId={job.job_id}
            label={text.picture(name)}
            className={classes['image']}
            waiting={icon}
            none={icon}
          />
        ) : job.state.kind === 'paused' ? (
          <IconPlayerPauseFilled size={20} aria-hidden="true" />
        ) : (
          <span className={classes['share']}>{format.percent(fraction)}</span>
        )}
      </div>
      <div className={classes['words']}>
        <p className={classes['name']} dir="auto" title={name}>
          {name}
        </p>
        <p className={classes['facts']}>
          <JobFacts job={job} />
        </p>
        {!isDone && (
          <div aria-hidden="true" className={classes['track']}>
            <div className={classes['bar']} style={{ transform: `scaleX(${fraction})` }} />
          </div>
        )}
      </div>
    </Link>
  )
}

function JobFacts({ job }: { readonly job: JobSummary }) {
  const text = useText().overview.jobs
  const { late } = useText().jobs
  const left = useTimeLeft([job])
  const format = useFormat()
  const done = text.progress(format.number(job.verified), format.number(job.units))
  if (job.state.kind === 'done') return text.done(format.ago(endedAtMs(job)))
  if (job.state.kind === 'paused') return `${text.paused} · ${done}`
  if (job.verified === 0) return text.waiting
  const end = job.deadline_at_risk?.expected_end_ms
  if (end !== undefined && job.deadline_ms !== undefined) {
    return `${done} · ${late.by(format.roughly(end - job.deadline_ms))}`
  }
  return left.kind === 'left' ? `${done} · ${text.left(format.duration(left.ms))}` : done
}
