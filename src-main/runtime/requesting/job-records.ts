import { decodeEndedJob, decodeUnits } from '../../peer/requester/archive-codec.ts'
import { archivedIndices, isArchived } from '../../peer/requester/archived.ts'
import type { JobState, UnitState } from '../../peer/requester/slice.ts'
import type { PeerState } from '../../peer/state.ts'
import { HISTORY_BLOCK_UNITS, type History, type HistoryPlace } from '../../ports/history.ts'
import { FaultError, refuse, type Outcome } from '../../protocol/fault.ts'
import type { JobId } from '../../protocol/ids.ts'

/** Ended jobs that are held besides the history: lists and pictures ask for the same ones again and again. */
const JOBS_HELD_MAX = 2_048
/** Blocks of units that are held, of some hundred kilobytes each. */
const BLOCKS_HELD_MAX = 24

/**
 * All of the user's own jobs, wherever they are: those under way and just ended in the state, older ones in the history. The
 * latter are read anew, as another object, when too many others were asked for since.
 */
export interface JobRecords {
  /** Undefined also for a job in the history whose entry is damaged. */
  find(id: JobId): JobState | undefined
  has(id: JobId): boolean
  /** The latest submitted jobs, or those submitted before a place, newest first. */
  page(limit: number, before?: HistoryPlace): JobState[]
  /** A unit of a job; undefined for one that was never given to a peer. */
  unit(job: JobState, index: number): UnitState | undefined
  /** The units that were ever given to a peer. */
  units(job: JobState): Iterable<number>
  /** Removes a job from the history, with all its units there. It is gone at once, also where the full disk still has it. */
  remove(id: JobId): void
  /** Deletes removed jobs of which the disk had no room even to write that down; to be called now and then. */
  deleteRemoved(): void
}

/** Creates the view over a state and a history; `damaged` is told once of each job there that cannot be read. */
export function createJobRecords(
  state: Readonly<PeerState>,
  history: History,
  damaged: (error: unknown) => void,
): JobRecords {
  const { jobs } = state.requester
  const removed = createRemoved(history)
  const unreadable = new Set<JobId>()
  const ended = createCache<JobId, JobState>(JOBS_HELD_MAX)
  const blocks = createCache<string, ReadonlyMap<number, UnitState>>(BLOCKS_HELD_MAX)

  /** A job in the history; undefined where its entry is damaged, which is told once. */
  function endedJob(id: JobId): JobState | undefined {
    if (unreadable.has(id)) return undefined
    try {
      return ended.get(id, () => {
        const bytes = history.find(id) ?? refuse('unknown-job', `there is no job ${id}`)
        return mustRead(decodeEndedJob(bytes))
      })
    } catch (error) {
      unreadable.add(id)
      damaged(error)
      return undefined
    }
  }

  /** The latest jobs that are in the history alone; damaged entries are left out, and the list goes on behind them. */
  function endedPage(limit: number, before: HistoryPlace | undefined): JobState[] {
    const found: JobState[] = []
    let last = before
    while (found.length < limit) {
      const asked = limit - found.length + jobs.size + removed.count()
      const places = history.page(asked, last)
      for (const { job: id } of places) {
        const job = jobs.has(id) || removed.has(id) ? undefined : endedJob(id)
        if (job !== undefined) found.push(job)
      }
      if (places.length < asked) break
      last = places.at(-1)
    }
    return found
  }

  /** What lies in a block; a block that has grown is read anew, since more of its job's units are in the history then. */
  function blockOf({ manifest: { job_id }, archived }: JobState, block: number) {
    return blocks.get(`${job_id}/${block}/${archived?.count ?? 0}`, () => {
      const units = new Map<number, UnitState>()
      for (const bytes of history.block(job_id, block)) {
        for (const [index, unit] of mustRead(decodeUnits(bytes))) units.set(index, unit)
      }
      return units
    })
  }

  const isEnded = (id: JobId): boolean => !removed.has(id) && history.has(id)

  return {
    find(id) {
      const job = jobs.get(id)
      if (job !== undefined) return job
      return isEnded(id) ? endedJob(id) : undefined
    },
    has: (id) => jobs.has(id) || isEnded(id),
    page(limit, before) {
      const here = [...jobs.values()].filter(
        (job) => before === undefined || compare(placeOf(job), before) > 0,
      )
      return [...here, ...endedPage(limit, before)]
        .toSorted((a, b) => compare(placeOf(a), placeOf(b)))
        .slice(0, limit)
    },
    unit(job, index) {
      const unit = job.units.get(index)
      if (unit !== undefined || !isArchived(job, index)) return unit
      return blockOf(job, Math.floor(index / HISTORY_BLOCK_UNITS)).get(index)
    },
    *units(job) {
      yield* archivedIndices(job)
      yield* job.units.keys()
    },
    remove(id) {
      ended.delete(id)
      unreadable.delete(id)
      removed.add(id)
    },
    deleteRemoved: removed.deleteAll,
  }
}

/** A job's place in the list of jobs. */
export function placeOf({ manifest: { job_id: job }, submittedAtMs }: JobState): HistoryPlace {
  return { job, submittedAtMs }
}

/** Newest first. */
function compare(a: HistoryPlace, b: HistoryPlace): number {
  return b.submittedAtMs - a.submittedAtMs || (a.job < b.job ? 1 : a.job > b.job ? -1 : 0)
}

function mustRead<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value
  return refuse('storage-failed', `an entry of the history does not decode: ${outcome.fault.message}`)
}

/** A cache of at most so many values; the least recently used go. */
function createCache<K, V>(max: number) {
  const held = new Map<K, V>()
  return {
    delete: (key: K): void => void held.delete(key),
    get(key: K, make: () => V): V {
      const value = held.has(key) ? (held.get(key) as V) : make()
      held.delete(key)
      held.set(key, value)
      for (const oldest of held.keys()) {
        if (held.size <= max) break
        held.delete(oldest)
      }
      return value
    },
  }
}

/** Removed jobs that the history still has, since the full disk had no room even to delete them. */
function createRemoved(history: Pick<History, 'remove'>) {
  const waiting = new Set<JobId>()

  function deleteAll(): void {
    try {
      for (const id of waiting) {
        history.remove(id)
        waiting.delete(id)
      }
    } catch (error) {
      if (!(error instanceof FaultError && error.fault.kind === 'disk-full')) throw error
    }
  }

  return {
    has: (id: JobId): boolean => waiting.has(id),
    count: (): number => waiting.size,
    add(id: JobId): void {
      waiting.add(id)
      deleteAll()
    },
    deleteAll,
  }
}
