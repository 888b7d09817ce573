import type { History } from '../../ports/history.ts'
import type { JobId } from '../../protocol/ids.ts'

/** The history's twin in memory, with the same promises over its own life. */
export function openMemoryHistory(): History {
  const jobs = new Map<JobId, { readonly submittedAtMs: number; readonly bytes: Uint8Array }>()
  const units = new Map<JobId, Map<number, Uint8Array[]>>()
  return {
    putUnits(job, blocks) {
      const ofJob = units.get(job) ?? new Map<number, Uint8Array[]>()
      units.set(job, ofJob)
      for (const [at, bytes] of blocks) ofJob.set(at, [...(ofJob.get(at) ?? []), bytes.slice()])
    },
    block: (job, at) => (units.get(job)?.get(at) ?? []).map((bytes) => bytes.slice()),
    putJob({ job, submittedAtMs }, bytes) {
      jobs.set(job, { submittedAtMs, bytes: bytes.slice() })
    },
    has: (job) => jobs.has(job),
    find: (job) => jobs.get(job)?.bytes.slice(),
    page(limit, before) {
      const isAfter = (job: JobId, submittedAtMs: number): boolean =>
        before === undefined ||
        submittedAtMs < before.submittedAtMs ||
        (submittedAtMs === before.submittedAtMs && job < before.job)
      return [...jobs]
        .filter(([job, { submittedAtMs }]) => isAfter(job, submittedAtMs))
        .toSorted(
          ([a, one], [b, other]) => other.submittedAtMs - one.submittedAtMs || (a < b ? 1 : a > b ? -1 : 0),
        )
        .slice(0, limit)
        .map(([job, { submittedAtMs }]) => ({ job, submittedAtMs }))
    },
    remove(job) {
      jobs.delete(job)
      units.delete(job)
    },
  }
}
