import { storageFault, type PeerDatabase } from './database.ts'

/** When a commit is on the disk: as it is made, or with the next one that is made so. */
export type Flush = 'flushed' | 'unflushed'

/** One caller's share of a transaction. */
interface Share {
  /** @returns what its work threw, if it did */
  run(): Error | undefined
  committed(): void
  failed(error: unknown): void
}

/** Transactions that several callers share. Work is done in the order in which it was asked for. */
export interface GroupCommit {
  /**
   * Does some synchronous work inside a transaction shared with other callers in the same turn of the event loop,
   * so that the disk is flushed once for all of them. Resolves when that is committed. Work that throws is undone and
   * rejected alone. Where all who share it ask for no flush there is none, as with `unflushed`.
   */
  together<T>(work: () => T, flush?: Flush): Promise<T>
  /** Does work now, in one transaction with what waits. When it returns, all of it survives a power cut. */
  now(work: () => void): void
  /**
   * Does work now without a flush of the disk, which takes milliseconds where the disk or the machine is busy. It
   * survives the end of this process, and a power cut as soon as anything is committed in one of the other ways: the
   * flush of the write-ahead log is one of all that was written before (https://sqlite.org/wal.html).
   */
  unflushed<T>(work: () => T): T
  /** Whether nothing was done without a flush since the last one. */
  isFlushed(): boolean
  /** Commits what waits, now. */
  flush(): void
}

/** Opens a queue of work for the database. It holds no more than its callers await. */
export function createGroupCommit(database: PeerDatabase): GroupCommit {
  let waiting: Share[] = []
  /** Whether any waiting caller asks for a flush. */
  let isFlushAsked = false
  let flushed = true
  const undoable = database.transaction((work: () => void) => {
    work()
  })
  const runAll = database.transaction((shares: readonly Share[]) => {
    for (const share of shares) {
      const failure = share.run()
      // A full disk ends the whole transaction by itself; what came after would be committed each on its own.
      if (!database.inTransaction) throw failure ?? new Error('broken promise: the transaction is open')
    }
  })

  function commit(shares: readonly Share[], how: Flush): void {
    try {
      if (how === 'flushed') runAll(shares)
      else withoutFlush(database, () => runAll(shares))
      flushed = how === 'flushed'
    } catch (error) {
      const fault = storageFault(error, 'the database')
      for (const share of shares) share.failed(fault)
      return
    }
    for (const share of shares) share.committed()
  }

  function takeWaiting(): Share[] {
    const shares = waiting
    waiting = []
    isFlushAsked = false
    return shares
  }

  function flush(): void {
    const how = isFlushAsked ? 'flushed' : 'unflushed'
    const shares = takeWaiting()
    if (shares.length > 0) commit(shares, how)
  }

  return {
    together<T>(work: () => T, how: Flush = 'flushed'): Promise<T> {
      const { promise, resolve, reject } = Promise.withResolvers<T>()
      if (how === 'flushed') isFlushAsked = true
      if (waiting.length === 0) setImmediate(flush)
      waiting.push(share(undoable, work, resolve, reject))
      return promise
    },
    now(work) {
      const shares = takeWaiting()
      if (shares.length === 0) {
        asFault(() => undoable(work))
        flushed = true
        return
      }
      const failures: unknown[] = []
      const own = share(
        undoable,
        work,
        () => undefined,
        (error) => void failures.push(error),
      )
      commit([...shares, own], 'flushed')
      if (failures.length > 0) throw failures[0]
    },
    unflushed<T>(work: () => T): T {
      const results: T[] = []
      const run = (): void => {
        undoable(() => void results.push(work()))
      }
      // Inside a transaction the outer one decides.
      if (database.inTransaction) run()
      else {
        asFault(() => withoutFlush(database, run))
        flushed = false
      }
      const [result] = results
      return result as T
    },
    isFlushed: () => flushed,
    flush,
  }
}

/** A share whose work is undone alone, by `undoable`, when it throws. */
function share<T>(
  undoable: (work: () => void) => void,
  work: () => T,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
): Share {
  let finish = () => reject(new Error('not run'))
  return {
    run() {
      try {
        undoable(() => {
          const value = work()
          finish = () => resolve(value)
        })
      } catch (error) {
        finish = () => reject(storageFault(error, 'the database'))
        return error instanceof Error ? error : new Error(String(error))
      }
      return undefined
    },
    committed: () => finish(),
    failed: reject,
  }
}

function asFault(work: () => void): void {
  try {
    work()
  } catch (error) {
    throw storageFault(error, 'the database')
  }
}

/** In WAL mode NORMAL differs from FULL in one thing: a commit does not flush the log. */
function withoutFlush(database: PeerDatabase, work: () => void): void {
  database.pragma('synchronous = NORMAL')
  try {
    work()
  } finally {
    database.pragma('synchronous = FULL')
  }
}
