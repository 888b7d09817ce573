import { useMemo } from 'react'
import { useNode } from '../../../state/node-store.ts'
import { HelpNotice } from '../../../thanks/help-notice.tsx'
import { useNow } from '../../../ui/use-now.ts'
import { newestHelped } from './newest-helped.ts'

/** Whether a job is news still is looked at anew so often. */
const LOOK_EVERY_MS = 60_000

/** Who helped with the job that was done last, for a day. */
export function NewestHelp() {
  const jobs = useNode((node) => node.jobs)
  const nowMs = useNow(LOOK_EVERY_MS)
  const newest = useMemo(() => newestHelped(jobs.values(), nowMs), [jobs, nowMs])
  const [first] = newest ?? []
  return newest === undefined ? null : <HelpNotice key={first?.job_id} jobs={newest} />
}
