import type { History, HistoryPlace } from '../../ports/history.ts'
import type { JobId } from '../../protocol/ids.ts'

/** The history on a disk. What is put counts once the journal is flushed: a power cut before undoes it. */
export interface DiskHistory extends History {
  flush(): void
  /** The power is gone: what was not flushed is undone. */
  lose(): void
}

/** A history without jobs. */
export function createDiskHistory(): DiskHistory {
  const jobs = new Map<JobId, { readonly place: HistoryPlace; readonly bytes: Uint8Array }>()
  const units = new Map<string, readonly Uint8Array[]>()
  let unflushed: (() => void)[] = []

  function set<K, V>(map: Map<K, V>, key: K, value: V): void {
    const before = map.get(key)
    unflushed.push(() => (before === undefined ? map.delete(key) : map.set(key, before)))
    map.set(key, value)
  }

  return {
    putUnits(job, blocks) {
      for (const [at, bytes] of blocks)
        set(units, `${job}/${at}`, [...(units.get(`${job}/${at}`) ?? []), bytes])
    },
    block: (job, at) => [...(units.get(`${job}/${at}`) ?? [])],
    putJob: (place, bytes) => set(jobs, place.job, { place, bytes }),
    has: (job) => jobs.has(job),
    find: (job) => jobs.get(job)?.bytes,
    // No user of a simulation lists jobs, or removes them.
    page: () => [],
    remove: () => undefined,
    flush() {
      unflushed = []
    },
    lose() {
      for (const undo of unflushed.reverse()) undo()
      unflushed = []
    },
  }
}
