/** Runs work one after the other, in the order in which it came. */
export type SerialQueue = <T>(work: () => Promise<T>) => Promise<T>

/** Creates an empty queue. Work that fails rejects for its caller alone; the queue goes on with the next. */
export function createSerialQueue(): SerialQueue {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    // The caller of `mine` hears of a failure.
    last = mine.then(
      () => undefined,
      () => undefined,
    )
    return mine
  }
}
