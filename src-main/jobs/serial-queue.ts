/** Does work of one kind one after the other, in the order in which it came. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>

/** Nobody waits at first. Work that fails does so for whoever asked; the next goes on. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}
