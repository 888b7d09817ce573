import { Anchor, Button } from '@mantine/core'
import { IconPhoto, IconPlayerPauseFilled } from '@tabler/icons-react'
import { useEffect, useMemo, useState } from 'react'
import { Link, useLocation } from 'wouter'
import type { JobSummary } from '#contract'
import { useCalls } from '../../../connection/calls.tsx'
import { useNode } from '../../../state/node-store.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import { Section } from '../../../ui/layout/section.tsx'
import { useNow } from '../../../ui/use-now.ts'
import { endedAtMs, jobsToShow } from './job-choice.ts'
import classes from './my-jobs.module.css'

/** Which jobs are news is looked at anew so often. */
const LOOK_EVERY_MS = 60_000

/** Own jobs in flight, and pictures that were finished lately. */
export function MyJobs() {
  const text = useText().overview.jobs
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
            {text.start}
          </Button>
        </div>
      ) : (
        <ul className={classes['jobs']}>
          {shown.map((job) => (
            <li key={job.job_id}>
              <JobCard job={job} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

function JobCard({ job }: { readonly job: JobSummary }) {
  const text = useText().overview.jobs
  const format = useFormat()
  const name = job.description.replace(/\.(glb|gltf)$/i, '').trim() || text.unnamed
  const isDone = job.state.kind === 'done'
  const fraction = job.units === 0 ? 0 : job.verified / job.units
  return (
    <Link href={`/jobs/${job.job_id}`} className={classes['job']}>
      <div className={classes['picture']}>
        {isDone && job.picture !== undefined ? (
          <Picture job={job} label={text.picture(name)} />
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
  const format = useFormat()
  const done = text.progress(format.number(job.verified), format.number(job.units))
  if (job.state.kind === 'done') return text.done(format.ago(endedAtMs(job)))
  if (job.state.kind === 'paused') return `${text.paused} · ${done}`
  if (job.verified === 0) return text.waiting
  const end = job.deadline_at_risk?.expected_end_ms
  if (end !== undefined && job.deadline_ms !== undefined) {
    return `${done} · ${late.by(format.roughly(end - job.deadline_ms))}`
  }
  return job.left_ms_estimate === undefined
    ? done
    : `${done} · ${text.left(format.duration(job.left_ms_estimate))}`
}

/** The small picture of a finished job; an icon until it is there, and where there is none. */
function Picture({ job, label }: { readonly job: JobSummary; readonly label: string }) {
  const calls = useCalls()
  const isOpen = useNode((node) => node.connection === 'open')
  const [url, setUrl] = useState<string>()
  const { job_id } = job
  useEffect(() => {
    if (!isOpen) return undefined
    let made: string | undefined
    const controller = new AbortController()
    calls.jobs.thumbnail({ job_id }, { signal: controller.signal }).then(
      ({ image }) => {
        if (controller.signal.aborted) return
        made = URL.createObjectURL(image)
        setUrl(made)
      },
      () => undefined,
    )
    return () => {
      controller.abort()
      if (made !== undefined) URL.revokeObjectURL(made)
    }
  }, [calls, job_id, isOpen])
  if (url === undefined) return <IconPhoto size={20} aria-hidden="true" />
  return <img src={url} alt={label} className={classes['image']} />
}
