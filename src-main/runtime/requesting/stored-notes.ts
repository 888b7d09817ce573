import type { PeerEvent } from '../../peer/event.ts'
import type { JobId } from '../../protocol/ids.ts'
import type { Clock } from '../../ports/clock.ts'

/** Stored outputs within this time share one event: nothing but the job's end waits for them. */
const COALESCE_MS = 40

/** Creates a function that notes a stored output of a job; several of a job are told in one event. */
export function createStoredNotes(
  clock: Clock,
  tell: (event: PeerEvent) => void,
): (job: JobId, unit: number) => void {
  const stored = new Map<JobId, number[]>()
  return (job, unit) => {
    const units = stored.get(job)
    if (units !== undefined) {
      units.push(unit)
      return
    }
    stored.set(job, [unit])
    clock.after(COALESCE_MS, () => {
      const ready = stored.get(job) ?? []
      stored.delete(job)
      tell({ kind: 'outputs-stored', at_ms: clock.nowMs(), job_id: job, units: ready })
    })
  }
}
