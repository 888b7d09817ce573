import { Suspense, useMemo, useState } from 'react'
import { Button, Progress, Skeleton } from '@mantine/core'
import { IconArrowLeft, IconZoomQuestion } from '@tabler/icons-react'
import { Link } from 'wouter'
import {
  groupName,
  groupState,
  groupWallMs,
  type JobId,
  type JobStatus,
  type JobSummary,
  type TimeLeft,
} from '#contract'
import type { Messages } from '#text'
import { kindOf } from '../../../job-kinds/table.ts'
import { useStream } from '../../../connection/calls.tsx'
import { useNode } from '../../../state/node-store.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import { useTimeLeft } from '../../../state/time-left.ts'
import { EmptyState } from '../../../ui/layout/empty-state.tsx'
import { FaultNotice } from '../../../ui/notices/fault-notice.tsx'
import { Page } from '../../../ui/layout/page.tsx'
import { Section } from '../../../ui/layout/section.tsx'
import { SkeletonList } from '../../../ui/layout/skeleton-list.tsx'
import { JobActions } from './job-actions.tsx'
import { isInFlight, progressOf } from '../../../state/job-cards.ts'
import { JobFigures } from './job-figures.tsx'
import { HelpNotice } from '../../../thanks/help-notice.tsx'
import { jobName } from '../../../state/job-words.ts'
import { LateNotice } from './late-notice.tsx'
import { PeopleStrip } from './people-strip.tsx'
import { PeopleTable } from './people-table.tsx'
import { UnitsSection } from '../units/units-section.tsx'
import { WaitingNotice } from './waiting-notice.tsx'
import classes from './job-page.module.css'

/** One job: how it goes while it runs, what it made afterwards. */
export function JobPage({ jobId }: { readonly jobId: JobId }) {
  const text = useText().jobs
  const isHere = useNode((node) => node.jobs.has(jobId))
  // One that was just submitted is told of here before it is in the news.
  const [wasHere, setWasHere] = useState(isHere)
  if (isHere && !wasHere) setWasHere(true)
  const summary = useNode((node) => node.jobs.get(jobId))
  const [status, setStatus] = useState<JobStatus>()
  // A job that ended is watched anew when it was not over after all: paused ones are resumed. One that is no longer listed
  // was removed, or is older than what is listed: watching it anew tells.
  const stream = useStream(
    `job ${jobId} ${streamState(summary, wasHere)}`,
    (calls, signal) => calls.jobs.watch({ job_id: jobId }, { signal }),
    setStatus,
  )
  if (stream.state === 'failed' && !isHere) return <GoneJob />
  if (status !== undefined) return <KnownJob job={status} />
  return (
    <Page title={summary === undefined ? text.openingJob : jobName(summary)}>
      {stream.state === 'failed' ? (
        <FaultNotice message={stream.message} onRetry={stream.retry} />
      ) : (
        <SkeletonList rows={3} height={160} />
      )}
    </Page>
  )
}

function streamState(summary: JobSummary | undefined, wasHere: boolean): 'going' | 'over' | 'unlisted' {
  if (summary === undefined) return wasHere ? 'unlisted' : 'going'
  return isInFlight(summary) ? 'going' : 'over'
}

function GoneJob() {
  const text = useText().jobs
  return (
    <Page title={text.jobGone}>
      <EmptyState
        icon={<IconZoomQuestion size={40} stroke={1.25} />}
        title={text.jobGoneText}
        action={
          <Button component={Link} href="/jobs">
            {text.back}
          </Button>
        }
      />
    </Page>
  )
}

function KnownJob({ job }: { readonly job: JobStatus }) {
  const text = useText().jobs
  const format = useFormat()
  const siblings = useSiblings(job)
  const left = useTimeLeft(siblings.length > 1 ? siblings : [job])
  const isDone = job.state.kind === 'done' && !isInFlight(job)
  const isOver = !isInFlight(job)
  const jobs = siblings.length > 1 ? siblings : [job]
  const { Again, Save, View } = kindOf(job.facts)
  return (
    <Page
      title={
        siblings.length > 1 ? seriesTitle(siblings, left, text, format) : jobTitle(job, left, text, format)
      }
      actions={
        <>
          {isDone && Save !== undefined && (
            <Suspense fallback={<Skeleton width={160} height={36} />}>
              <Save job={job} />
            </Suspense>
          )}
          {isOver && Again !== undefined && (
            <Suspense fallback={<Skeleton width={160} height={36} />}>
              <Again job={job} />
            </Suspense>
          )}
          <JobActions job={job} siblings={siblings} />
        </>
      }
    >
      {jobs.some(isInFlight) && <Progress value={progressOf(jobs) * 100} aria-label={text.facts.progress} />}
      {job.state.kind === 'paused' && (
        <p className={classes['paused']}>{text.pausedSince(format.time(job.state.since_ms))}</p>
      )}
      {job.state.kind === 'failed' && (
        <FaultNotice title={text.states.failed} message={job.state.fault.message} />
      )}
      {job.waiting !== undefined && <WaitingNotice job={job} waiting={job.waiting} />}
      <LateNotice job={job} />
      <HelpNotice jobs={jobs} />
      {View !== undefined && (
        <Suspense fallback={<Skeleton height={320} />}>
          <View job={job} siblings={siblings} />
        </Suspense>
      )}
      <Section title={peopleTitle(job, text)} isCard={isOver}>
        {isOver ? <PeopleTable job={job} /> : <PeopleStrip job={job} />}
      </Section>
      <Section title={text.facts.label}>
        <JobFigures job={job} siblings={siblings} />
      </Section>
      <UnitsSection job={job} />
      <Link href="/jobs" className={classes['back']}>
        <IconArrowLeft size={16} aria-hidden="true" />
        {text.back}
      </Link>
    </Page>
  )
}

/** All frames of the job's series, itself included, in their order; none of a job without one. */
function useSiblings(job: JobSummary): readonly JobSummary[] {
  const jobs = useNode((node) => node.jobs)
  const id = job.series?.id
  return useMemo(() => {
    if (id === undefined) return []
    const frames = [...jobs.values()].filter(({ series }) => series?.id === id)
    return frames.sort((a, b) => (a.series?.index ?? 0) - (b.series?.index ?? 0))
  }, [jobs, id])
}

/** Who makes it, made it, or did some of it before it ended. */
function peopleTitle(job: JobStatus, { who }: Messages['jobs']): string {
  if (isInFlight(job)) return who.working
  return job.state.kind === 'done' ? who.made : who.worked
}

/** Whether its user stopped it to have what is there. */
function isKept({ state }: JobSummary): boolean {
  return state.kind === 'cancelled' && state.kept === true
}

/** An animation in a sentence: it is one job, whichever of its frames is shown. */
function seriesTitle(
  frames: readonly JobSummary[],
  left: TimeLeft,
  text: Messages['jobs'],
  format: ReturnType<typeof useFormat>,
): string {
  const name = groupName({ jobs: frames })
  const percent = format.percent(progressOf(frames))
  switch (groupState(frames).kind) {
    case 'running': {
      return left.kind === 'left'
        ? text.titleRunningLeft(name, percent, format.remaining(left.ms))
        : text.titleRunning(name, percent)
    }
    case 'paused':
      return text.titlePaused(name, percent)
    case 'done':
      return text.titleDone(name, format.duration(groupWallMs(frames)))
    case 'cancelled':
      return (frames.some(isKept) ? text.titleKept : text.titleCancelled)(name, percent)
    case 'failed':
      return text.titleFailed(name)
  }
}

function jobTitle(
  job: JobStatus,
  left: TimeLeft,
  text: Messages['jobs'],
  format: ReturnType<typeof useFormat>,
): string {
  const name = jobName(job)
  const percent = format.percent(progressOf([job]))
  switch (job.state.kind) {
    case 'running':
      if (job.waiting?.shortage !== undefined) {
        const more = job.waiting.shortage.needed - job.waiting.shortage.here
        return text.titleShort(name, percent, more, format.number(more))
      }
      if (job.waiting !== undefined) return text.titleWaiting(name, percent)
      return left.kind === 'left'
        ? text.titleRunningLeft(name, percent, format.remaining(left.ms))
        : text.titleRunning(name, percent)
    case 'paused':
      return text.titlePaused(name, percent)
    case 'done':
      return isInFlight(job) ? text.titleCombining(name) : text.titleDone(name, format.duration(job.wall_ms))
    case 'cancelled':
      return (isKept(job) ? text.titleKept : text.titleCancelled)(name, percent)
    case 'failed':
      return text.titleFailed(name)
  }
}
