import { useMemo, useState } from 'react'
import { JOBS_SHOWN, type JobId, type JobSummary } from '#contract'
import { useAction, useCalls } from '../../../connection/calls.tsx'

/** Ended jobs that are older than what the node tells of by itself. */
export interface OlderJobs {
  readonly jobs: readonly JobSummary[]
  /** Asks for the next page; absent where there is none, as far as is known. */
  readonly more: (() => void) | undefined
  readonly isLoading: boolean
}

/** Fetches older jobs page by page, when the user asks for them. @param shown all jobs that are listed anyway */
export function useOlderJobs(shown: ReadonlyMap<JobId, JobSummary>): OlderJobs {
  const calls = useCalls()
  const run = useAction()
  const [pages, setPages] = useState<readonly JobSummary[]>([])
  const [isLoading, setLoading] = useState(false)
  const [isAll, setAll] = useState(false)

  async function load(): Promise<void> {
    const oldest = [...shown.values(), ...pages].reduce((a, b) => (isOlder(b, a) ? b : a))
    const { job_id, submitted_at_ms } = oldest
    const page = await calls.jobs.list({ limit: JOBS_SHOWN, before: { job_id, submitted_at_ms } })
    setPages([...pages, ...page])
    setAll(page.length < JOBS_SHOWN)
  }

  function more(): void {
    setLoading(true)
    void run(load).then(() => setLoading(false))
  }

  const jobs = useMemo(() => pages.filter(({ job_id }) => !shown.has(job_id)), [pages, shown])
  return { jobs, more: isAll || shown.size < JOBS_SHOWN ? undefined : more, isLoading }
}

function isOlder(a: JobSummary, b: JobSummary): boolean {
  return (
    a.submitted_at_ms < b.submitted_at_ms || (a.submitted_at_ms === b.submitted_at_ms && a.job_id < b.job_id)
  )
}
