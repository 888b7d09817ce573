import { createContext, use, useCallback, useMemo, useState, type ReactNode } from 'react'
import type { JobId } from '#contract'
import { useAction, useCalls } from '../../connection/calls.tsx'
import { offerUndo } from '../../ui/notices/undo-toast.tsx'

interface RemovedJobs {
  /** Jobs that are not shown any more, though the node has them while they can be taken back. */
  readonly hidden: ReadonlySet<JobId>
  /** Removes jobs, with an undo; the node is told when the offer is gone. */
  readonly remove: (jobs: readonly JobId[], message: string) => void
}

const RemovedJobsContext = createContext<RemovedJobs | undefined>(undefined)

/** See `RemovedJobsProvider`. */
export function useRemovedJobs(): RemovedJobs {
  const removed = use(RemovedJobsContext)
  if (removed === undefined) throw new Error('broken promise: useRemovedJobs is used inside its provider')
  return removed
}

/** Lets everything inside remove jobs so that it can be undone. A window that is closed meanwhile removes nothing. */
export function RemovedJobsProvider({ children }: { readonly children: ReactNode }) {
  const calls = useCalls()
  const run = useAction()
  const [hidden, setHidden] = useState<ReadonlySet<JobId>>(new Set())

  const show = useCallback((jobs: readonly JobId[]) => {
    setHidden((before) => new Set([...before].filter((job) => !jobs.includes(job))))
  }, [])
  const remove = useCallback(
    (jobs: readonly JobId[], message: string) => {
      setHidden((before) => new Set([...before, ...jobs]))
      offerUndo(
        message,
        () => show(jobs),
        () => {
          void run(async () => {
            for (const job_id of jobs) await calls.jobs.remove({ job_id })
          }).then((done) => {
            // Jobs that could not be removed are shown again.
            if (done === undefined) show(jobs)
          })
        },
      )
    },
    [calls, run, show],
  )
  const removed = useMemo<RemovedJobs>(() => ({ hidden, remove }), [hidden, remove])
  return <RemovedJobsContext value={removed}>{children}</RemovedJobsContext>
}
