import { useMemo } from 'react'
import { useNode } from '../../../state/node-store.ts'
import { HelpNotice } from '../../../thanks/help-notice.tsx'
import { useNow } from '../../../ui/use-now.ts'
import { useDismissed } from '../suggestion/dismissed.ts'
import { newestHelped } from './newest-helped.ts'

/** Whether a job is news still is looked at anew so often. */
const LOOK_EVERY_MS = 60_000

/** Who helped with the job that was done last, for a day or until it is put away. */
export function NewestHelp() {
  const jobs = useNode((node) => node.jobs)
  const nowMs = useNow(LOOK_EVERY_MS)
  const newest = useMemo(() => newestHelped(jobs.values(), nowMs), [jobs, nowMs])
  const [dismissed, dismiss] = useDismissed()
  const [first] = newest ?? []
  if (newest === undefined || first === undefined) return null
  const key = `help ${first.job_id}`
  return dismissed.has(key) ? null : <HelpNotice key={key} jobs={newest} onPutAway={() => dismiss(key)} />
}
