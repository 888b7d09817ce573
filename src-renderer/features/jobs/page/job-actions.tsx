import { useState } from 'react'
import { Button, Menu } from '@mantine/core'
import { IconFlag, IconPlayerPause, IconPlayerPlay, IconTrash, IconX } from '@tabler/icons-react'
import { useLocation } from 'wouter'
import { groupState, type JobSummary } from '#contract'
import { useAction, useCalls } from '../../../connection/calls.tsx'
import { useFormat, useText } from '../../../state/text.tsx'
import { isInFlight } from '../../../state/job-cards.ts'
import { jobName, seriesName } from '../../../state/job-words.ts'
import { kindOf } from '../../../job-kinds/table.ts'
import { useRemovedJobs } from '../removed-jobs.tsx'
import { PRIORITIES, type PriorityName, priorityName } from '../../../state/priority.ts'
import classes from './job-actions.module.css'

/** The buttons of a job: while it goes on, pause, priority and cancel; afterwards, remove. Of an animation they are for all of it. */
export function JobActions({
  job,
  siblings,
}: {
  readonly job: JobSummary
  readonly siblings: readonly JobSummary[]
}) {
  const [isAsking, setIsAsking] = useState(false)
  const text = useText().jobs
  const jobs = wholeOf(job, siblings)
  if (!jobs.some(isInFlight)) return <RemoveButton job={job} siblings={siblings} />
  if (isAsking) return <CancelQuestion job={job} siblings={siblings} onClose={() => setIsAsking(false)} />
  return (
    <>
      <PriorityMenu job={job} jobs={jobs} />
      <PauseButton job={job} jobs={jobs} />
      <Button leftSection={<IconX size={16} aria-hidden="true" />} onClick={() => setIsAsking(true)}>
        {text.cancel}
      </Button>
    </>
  )
}

/** The job alone, or all frames of its animation. */
function wholeOf(job: JobSummary, siblings: readonly JobSummary[]): readonly JobSummary[] {
  return siblings.length > 1 ? siblings : [job]
}

/** Names the job to the node, or its animation. */
function nameOf({ job_id, series }: JobSummary, { length }: readonly JobSummary[]) {
  return length > 1 && series !== undefined ? { job_id: series.id, whole: true } : { job_id }
}

interface WholeProps {
  readonly job: JobSummary
  /** The job alone, or all frames of its animation. */
  readonly jobs: readonly JobSummary[]
}

function PauseButton({ job, jobs }: WholeProps) {
  const calls = useCalls()
  const run = useAction()
  const text = useText().jobs
  const [isBusy, setIsBusy] = useState(false)
  const { kind } = groupState(jobs)
  const isPaused = kind === 'paused'
  // A job that is done and still in flight waits for its results to be combined, which cannot be paused.
  if (kind !== 'running' && !isPaused) return null
  const toggle = async (): Promise<void> => {
    setIsBusy(true)
    const which = nameOf(job, jobs)
    await run(() => (isPaused ? calls.jobs.resume(which) : calls.jobs.pause(which)), {
      success: isPaused ? text.resumed : text.paused,
    })
    setIsBusy(false)
  }
  const Icon = isPaused ? IconPlayerPlay : IconPlayerPause
  return (
    <Button
      {...(isPaused ? { variant: 'filled' } : {})}
      loading={isBusy}
      leftSection={<Icon size={16} aria-hidden="true" />}
      onClick={() => void toggle()}
    >
      {isPaused ? text.resume : text.pause}
    </Button>
  )
}

function PriorityMenu({ job, jobs }: WholeProps) {
  const calls = useCalls()
  const run = useAction()
  const text = useText().jobs
  const first = jobs.find(({ state }) => state.kind === 'running' || state.kind === 'paused')
  if (first === undefined) return null
  const now = priorityName(first.priority)
  const names: readonly PriorityName[] = ['high', 'normal', 'low']
  return (
    <Menu>
      <Menu.Target>
        <Button leftSection={<IconFlag size={16} aria-hidden="true" />}>
          {text.priority}: {text.priorities[now]}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{text.priorityHint}</Menu.Label>
        {names.map((name) => (
          <Menu.Item
            key={name}
            disabled={name === now}
            onClick={() =>
              void run(() => calls.jobs.setPriority({ ...nameOf(job, jobs), priority: PRIORITIES[name] }), {
                success: text.prioritySet(text.priorities[name]),
              })
            }
          >
            {text.priorities[name]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

/** The question whether to cancel, in the place of the buttons; of an animation all of it, or the shown frame alone. */
function CancelQuestion({
  job,
  siblings,
  onClose,
}: {
  readonly job: JobSummary
  readonly siblings: readonly JobSummary[]
  readonly onClose: () => void
}) {
  const calls = useCalls()
  const run = useAction()
  const messages = useText()
  const text = messages.jobs
  const format = useFormat()
  const going = siblings.filter(isInFlight)
  const isSeries = siblings.length > 1
  const { keepWords } = kindOf(job.facts)
  const canKeep =
    keepWords !== undefined && wholeOf(job, siblings).some((one) => isInFlight(one) && one.stored > 0)
  const keep = async (): Promise<void> => {
    onClose()
    const which = nameOf(job, siblings)
    await run(() => calls.jobs.cancel({ ...which, keep: true }), { success: text.kept })
  }
  const cancel = async (which: ReturnType<typeof nameOf>): Promise<void> => {
    onClose()
    await run(() => calls.jobs.cancel(which), { success: text.cancelled })
  }
  return (
    <div role="group" aria-label={text.cancelAsk} className={classes['question']}>
      <span>{isSeries ? text.cancelAskSeries(format.number(going.length)) : text.cancelAsk}</span>
      {/* The safe button has the focus, in case of a mistake. */}
      <Button autoFocus onClick={onClose}>
        {text.cancelNo}
      </Button>
      {canKeep && (
        <Button variant="filled" onClick={() => void keep()}>
          {keepWords(messages)}
        </Button>
      )}
      <Button
        variant={canKeep ? 'outline' : 'filled'}
        color="bad"
        onClick={() => void cancel(nameOf(job, siblings))}
      >
        {isSeries ? text.cancelYesSeries : text.cancelYes}
      </Button>
      {going.length > 1 && isInFlight(job) && (
        <Button variant="outline" color="bad" onClick={() => void cancel({ job_id: job.job_id })}>
          {text.cancelYesFrame}
        </Button>
      )}
    </div>
  )
}

function RemoveButton({
  job,
  siblings,
}: {
  readonly job: JobSummary
  readonly siblings: readonly JobSummary[]
}) {
  const text = useText().jobs
  const { remove } = useRemovedJobs()
  const [, navigate] = useLocation()
  // A series is removed as the one thing that it is shown as, once all of it has ended.
  const jobs = siblings.length > 0 && !siblings.some(isInFlight) ? siblings : [job]
  return (
    <Button
      leftSection={<IconTrash size={16} aria-hidden="true" />}
      onClick={() => {
        remove(
          jobs.map(({ job_id }) => job_id),
          text.removed(jobs.length > 1 ? seriesName(job) : jobName(job)),
        )
        navigate('/jobs')
      }}
    >
      {text.remove}
    </Button>
  )
}
