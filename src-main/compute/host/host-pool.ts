import { failure, type Fault } from '../../protocol/fault.ts'
import { createBatchQueue } from './batch-queue.ts'
import { createDeadWorkers } from './dead-workers.ts'
import { faultThatEnded, runningBatch, workerFault, type RunningBatch } from './host-slots.ts'
import { createLimitWatch } from './limit-watch.ts'
import type { Batch } from '../messages/input.ts'
import { createLogTails, readTail } from '../messages/log-tail.ts'
import type { HostOutput } from '../messages/output.ts'
import { createWorkerEnd } from './worker-end.ts'
import { createWorkerMessages } from './worker-messages.ts'
import { clearSlot, createWorkerSlots, SLOTS, tasksBegun } from './worker-slots.ts'
import { createWorkerThreads, type Configuration } from './worker-threads.ts'

/** The process around the pool. */
export interface PoolSurroundings {
  readonly send: (output: HostOutput) => void
  /** Ends this process after everything sent has left it. */
  readonly retire: (reason: string, blame: boolean) => void
}

/** The compute host's workers and the batches that wait for one. */
export interface HostPool {
  readonly enqueue: (batch: Batch) => void
  readonly cancel: (keys: readonly number[]) => void
  readonly setWorkers: (workers: number) => void
  readonly setDuty: (duty: number) => void
}

/** Runs batches on worker threads and stops the tasks that pass their limits. */
export function createHostPool(configuration: Configuration, around: PoolSurroundings): HostPool {
  const slots = createWorkerSlots()
  const tails = createLogTails(SLOTS)
  const threads = createWorkerThreads(configuration, { slots, tails })
  const waiting = createBatchQueue()
  const running = new Map<number, RunningBatch>()
  const messages = createWorkerMessages(running, around.send)
  const dead = createDeadWorkers(configuration, around.send)
  let { workers } = configuration
  let lastSlot = 0
  let duty = 1
  const end = createWorkerEnd(threads, slots, () => duty, around.retire)
  const watch = createLimitWatch(running, slots, () => duty, {
    begun: (key) => around.send({ kind: 'progress', key, fraction: 0 }),
    overdue: end,
    overMemory: (reason) => around.retire(reason, true),
  })

  threads.on('message', messages.hear)
  threads.on('error', (error: unknown) => {
    around.retire(`a worker does not start: ${workerFault(error).message}`, false)
  })

  function next(): void {
    const take = () => waiting.take(running, workers)
    for (let batch = take(); batch !== undefined; batch = take()) {
      do lastSlot = (lastSlot + 1) % SLOTS
      while (running.has(lastSlot))
      begin(lastSlot, batch)
    }
    watch.follow()
  }

  function begin(slot: number, batch: Batch): void {
    const entry = runningBatch(batch)
    running.set(slot, entry)
    watch.begins(batch)
    clearSlot(slots, slot)
    threads.run({ slot, batch }, { signal: entry.abort.signal }).then(
      () => {
        running.delete(slot)
        messages.finished(entry)
        next()
      },
      (error: unknown) => {
        // The last messages of the dead worker are delivered within the same turn of the loop.
        setImmediate(() => lose(slot, entry, faultThatEnded(entry) ?? workerFault(error)))
      },
    )
  }

  /** The worker of a slot is gone; its other tasks run again. */
  function lose(slot: number, entry: RunningBatch, fault: Fault): void {
    running.delete(slot)
    const again = dead.died(entry, tasksBegun(slots, slot), fault, readTail(tails, slot))
    if (again !== undefined) waiting.addFirst(again)
    next()
  }

  function cancel(keys: ReadonlySet<number>): void {
    waiting.remove(keys)
    for (const [slot, entry] of running) {
      for (const key of keys) entry.pending.delete(key)
      if (entry.pending.size === 0) end(slot, entry, failure('cancelled', 'cancelled').fault)
    }
  }

  return {
    enqueue: (batch) => {
      waiting.add(batch)
      next()
    },
    cancel: (keys) => cancel(new Set(keys)),
    setWorkers: (count) => {
      workers = count
      next()
    },
    setDuty: (part) => {
      duty = part
    },
  }
}
