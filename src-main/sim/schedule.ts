/** Virtual time: what is due, in order. Nothing in a simulation waits for a real clock. */
export interface Schedule {
  /** Milliseconds since 1970 in the simulated world. */
  nowMs(): number
  /**
   * Does something `delayMs` (whole milliseconds) from now; what is due at one moment keeps its order.
   * @returns a function that takes it back
   */
  after(delayMs: number, action: () => void): () => void
  /** Does the next thing that is due, and lets all that it has promised come about. @returns false when nothing is left */
  next(): Promise<boolean>
}

interface Due {
  readonly atMs: number
  readonly order: number
  /** Absent once it was taken back. */
  action: (() => void) | undefined
}

/**
 * Lets promises come about until no more follow from them. Nothing in a simulation waits for input or for a real timer, so
 * all of it is over when the engine turns to its next task.
 */
function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A schedule as a binary heap, so that a hundred thousand waiting timers cost little. */
export function createSchedule(startMs: number): Schedule {
  const heap: Due[] = []
  let now = startMs
  let order = 0

  function earlier(i: number, j: number): boolean {
    const a = heap[i]
    const b = heap[j]
    if (a === undefined || b === undefined) return a !== undefined
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
  }

  function swap(i: number, j: number): void {
    const a = heap[i]
    const b = heap[j]
    if (a === undefined || b === undefined) return
    heap[i] = b
    heap[j] = a
  }

  function rise(from: number): void {
    for (let i = from; i > 0;) {
      const parent = (i - 1) >> 1
      if (!earlier(i, parent)) return
      swap(i, parent)
      i = parent
    }
  }

  function sink(): void {
    for (let i = 0; ;) {
      const left = 2 * i + 1
      const child = earlier(left + 1, left) ? left + 1 : left
      if (child >= heap.length || !earlier(child, i)) return
      swap(i, child)
      i = child
    }
  }

  function take(): Due | undefined {
    const due = heap[0]
    const last = heap.pop()
    if (last !== undefined && heap.length > 0) {
      heap[0] = last
      sink()
    }
    return due
  }

  return {
    nowMs: () => now,
    after(delayMs, action) {
      const due: Due = { atMs: now + Math.max(0, Math.round(delayMs)), order: order++, action }
      heap.push(due)
      rise(heap.length - 1)
      return () => {
        due.action = undefined
      }
    },
    async next() {
      for (let due = take(); due !== undefined; due = take()) {
        const { action } = due
        if (action === undefined) continue
        now = due.atMs
        action()
        await quiet()
        return true
      }
      return false
    },
  }
}
