import type { Batch } from '../messages/input.ts'

/** Memory of a host before any task asks for some: Node, its threads and the libraries' code. */
const MEMORY_BASE_BYTES = 512 << 20
/** Memory of a finished task may not have been collected when the next takes its own. */
const MEMORY_SLACK = 2

/** The memory that a host's workers may hold together. */
export interface MemoryLimit {
  /** A batch begins, as one of so many that run. */
  grow(batch: Batch, running: number): void
  /** Calls `over` where the process holds more. */
  check(): void
}

/** @param over hears why the host must end: which thread holds how much cannot be told; its tasks then run alone */
export function createMemoryLimit(over: (reason: string) => void): MemoryLimit {
  let workersUsed = 0
  let perWorkerBytes = 0
  return {
    grow: ({ call }, running) => {
      workersUsed = Math.max(workersUsed, running)
      perWorkerBytes = Math.max(perWorkerBytes, call.limits.memoryBytesMax)
    },
    check: () => {
      const bytes = process.memoryUsage.rss()
      const bytesMax = MEMORY_BASE_BYTES + MEMORY_SLACK * workersUsed * perWorkerBytes
      if (bytes <= bytesMax) return
      const [held, limit] = [bytes, bytesMax].map((n) => Math.round(n / 2 ** 20))
      over(`the workers hold ${held ?? 0} MiB, limit ${limit ?? 0} MiB`)
    },
  }
}
