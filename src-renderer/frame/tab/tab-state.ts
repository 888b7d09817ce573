import { useEffect, useRef, useState } from 'react'
import { groupName, groupProgress, jobGroups, newestRunning, type JobId, type JobSummary } from '#contract'
import { isInFlight } from '../../state/job-cards.ts'
import { useNode } from '../../state/node-store.ts'
import { useIsVisible } from '../../state/visibility.ts'

/** What the tab tells of the user's own jobs. */
export type TabState =
  | { readonly kind: 'quiet' }
  /** The newest job that is running, in whole percents, so that the tab changes a hundred times at most. */
  | { readonly kind: 'running'; readonly name: string; readonly fraction: number }
  /** It was done while the user could not see the window. */
  | { readonly kind: 'done'; readonly name: string }

/** Follows the jobs for the tab: how far the newest is, and then that it is done, until the window is looked at. */
export function useTabState(): TabState {
  const jobs = useNode((node) => node.jobs)
  const isLoaded = useNode((node) => node.isLoaded)
  const isVisible = useIsVisible()
  const inFlight = useRef<ReadonlySet<string>>(new Set())
  const [unseen, setUnseen] = useState<string>()
  useEffect(() => {
    if (!isLoaded) return
    const done = doneAmong(jobs, inFlight.current)
    inFlight.current = inFlightOf(jobs)
    if (done !== undefined && !isVisible) setUnseen(done)
  }, [jobs, isLoaded, isVisible])
  useEffect(() => {
    if (isVisible) setUnseen(undefined)
  }, [isVisible])
  const running = newestRunning(jobs.values())
  if (running !== undefined) {
    const fraction = Math.floor(groupProgress(running.jobs) * 100) / 100
    return { kind: 'running', name: groupName(running), fraction }
  }
  return unseen === undefined ? { kind: 'quiet' } : { kind: 'done', name: unseen }
}

/** The jobs, or animations, that are not at their end. */
function inFlightOf(jobs: ReadonlyMap<JobId, JobSummary>): ReadonlySet<string> {
  const groups = jobGroups(jobs.values()).filter((group) => group.jobs.some(isInFlight))
  return new Set(groups.map(({ id }) => id))
}

/** The name of one of these that is done now, all of it. */
function doneAmong(jobs: ReadonlyMap<JobId, JobSummary>, inFlight: ReadonlySet<string>): string | undefined {
  const done = jobGroups(jobs.values()).findLast(
    ({ id, jobs: parts }) =>
      inFlight.has(id) && parts.every((job) => job.state.kind === 'done' && !isInFlight(job)),
  )
  return done && groupName(done)
}
