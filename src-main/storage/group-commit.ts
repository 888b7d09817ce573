import { storageFault, type PeerDatabase } from './database.ts'

/** One caller's share of a transaction. */
interface Share {
  run(): void
  committed(): void
  failed(error: unknown): void
}

/** Transactions that several callers share. */
export interface GroupCommit {
  /**
   * Does some synchronous work inside a transaction that it shares with whoever else asks in the same turn of the
   * event loop, so that the disk is flushed once for all of them. Resolves when that is committed. Work that throws
   * is undone and rejected alone.
   */
  together<T>(work: () => T): Promise<T>
  /** Commits what waits, now. */
  flush(): void
}

/** Opens a queue of work for the database. It holds no more than its callers await. */
export function createGroupCommit(database: PeerDatabase): GroupCommit {
  let waiting: Share[] = []
  const undoable = database.transaction((work: () => void) => {
    work()
  })
  const runAll = database.transaction((shares: readonly Share[]) => {
    for (const share of shares) share.run()
  })

  function flush(): void {
    const shares = waiting
    waiting = []
    if (shares.length === 0) return
    try {
      runAll(shares)
    } catch (error) {
      const fault = storageFault(error, 'the database')
      for (const share of shares) share.failed(fault)
      return
    }
    for (const share of shares) share.committed()
  }

  return {
    together<T>(work: () => T): Promise<T> {
      const { promise, resolve, reject } = Promise.withResolvers<T>()
      let finish = () => reject(new Error('not run'))
      if (waiting.length === 0) setImmediate(flush)
      waiting.push({
        run() {
          try {
            undoable(() => {
              const value = work()
              finish = () => resolve(value)
            })
          } catch (error) {
            finish = () => reject(storageFault(error, 'the database'))
          }
        },
        committed: () => finish(),
        failed: (error) => reject(error),
      })
      return promise
    },
    flush,
  }
}
